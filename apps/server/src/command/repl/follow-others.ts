import type { ExecutionDetails, Session } from "@holdfast/client";
import { newExecutions } from "../new-executions.ts";
import { endNote, promptedCode } from "../show-execution.ts";
import { note, print } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";
import type { LineReader } from "./line-reader.ts";
import type { Runner } from "./runner.ts";

/** What others are followed with. */
export interface FollowOthersOptions {
  readonly session: Session;
  readonly runtime: string;
  readonly reader: LineReader;
  readonly runner: Runner;
}

/** Shows above the prompt what others run in the session. Dispose of what is answered to stop. */
export function followOthers(options: FollowOthersOptions): Disposable {
  const leaving = new AbortController();
  const follow = async () => {
    const { session, reader } = options;
    const { signal } = leaving;
    for await (const execution of newExecutions(session, { past: 0, follow: true, signal })) {
      if (signal.aborted) return;
      reader.above(() => show(execution, options));
    }
    if (signal.aborted) return;
    reader.close();
    note(style("yellow", "The session has ended.", process.stderr));
  };
  follow().catch((error: unknown) => {
    if (!signalled(leaving, error))
      note(`\nwhat others run is not shown any more: ${String(error)}`);
  });
  return { [Symbol.dispose]: () => leaving.abort() };
}

function signalled({ signal }: AbortController, error: unknown): boolean {
  return signal.aborted || error === signal.reason;
}

async function show(
  { id, code }: ExecutionDetails,
  { session, runtime, runner }: FollowOthersOptions,
): Promise<void> {
  if (runner.ids.has(id)) return;
  await print(`${style("dim", "another runs:")}\n${promptedCode(code, runtime)}`);
  const end = await runner.watch(session.execution(id, { encoding: "bytes" }));
  const text = endNote(end);
  if (text !== "") await print(`${style("yellow", text)}\n`);
}
