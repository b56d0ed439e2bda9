import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { ExecutionEnd, ExecutionHandle } from "@holdfast/client";
import { connect } from "../connection/connect.ts";
import { openSession } from "../connection/open-session.ts";
import { exitCodeOf } from "../exit-code.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { languageOf } from "../repl/language.ts";
import { showEvent } from "../show-event.ts";
import { StandardInput } from "../standard-input.ts";
import { takeSignals } from "../take-signals.ts";
import { ReaderGone, printJson, write } from "../terminal/output.ts";
import { UsageError } from "../usage-error.ts";

/** Options of `holdfast exec`. */
export interface ExecOptions extends ServerOptions, JsonOption {
  readonly code?: string;
  readonly runtime?: string;
  readonly timeout?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly session?: string;
}

type Execution = ExecutionHandle<"bytes">;

/** Runs code with its output as ours, and answers the exit code to end with. */
export async function exec(file: string | undefined, options: ExecOptions): Promise<number> {
  if (file !== undefined && options.code !== undefined)
    throw new UsageError(`exec: received ${file} and --code, allowed one file, or --code`);
  const code = options.code ?? (await readCode(file ?? "-"));
  const { env = {} } = options;
  await using connection = await connect(options);
  await using opened = await openSession(connection.client, options.session, {
    runtime: options.runtime ?? runtimeOf(file),
    env,
  });
  // Code that came on standard input has used it up.
  const takesInput = options.code !== undefined || (file ?? "-") !== "-";
  const execution = opened.session.execute(code, {
    allowInput: takesInput,
    encoding: options.json === true ? "text" : "bytes",
    ...(opened.isOurs ? {} : { env }),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
  }) as Execution;
  const letGo = takeSignals(execution, opened);
  try {
    const input = takesInput ? new StandardInput(process.stdin, execution) : null;
    if (!languageOf(opened.runtime).asksForInput) void input?.forward();
    const followed = follow(execution, input, options.json === true);
    return exitCodeOf(await (input === null ? followed : Promise.race([followed, input.failure])));
  } catch (error) {
    // As SIGPIPE would end it; the state of a session that stays is not ours to lose.
    const stop = () => (opened.isOurs ? execution.kill() : execution.interrupt());
    if (error instanceof ReaderGone) await stop().catch(() => {});
    throw error;
  } finally {
    letGo();
    process.stdin.destroy();
  }
}

async function readCode(file: string): Promise<string> {
  try {
    return (file === "-" ? await buffer(process.stdin) : await readFile(file)).toString("utf8");
  } catch (cause) {
    throw new UsageError(`file ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** Shows what happens until the end, or, as JSON, the end alone. */
async function follow(
  execution: Execution,
  input: StandardInput | null,
  isJson: boolean,
): Promise<ExecutionEnd> {
  let end: ExecutionEnd | null = null;
  for await (const event of execution) {
    if (event.type === "input_request") {
      await write(process.stderr, event.prompt);
      input?.answer();
    }
    if (event.type === "completed") end = event;
    if (!isJson) await showEvent(event);
  }
  input?.end();
  if (end === null) throw new Error("the events ended before the execution did");
  if (isJson) await printJson(await execution.result());
  return end;
}

/** By the name of a file. */
function runtimeOf(file: string | undefined): string {
  if (file?.endsWith(".py") === true) return "python";
  return /\.[cm]?[jt]s$/.test(file ?? "") ? "javascript" : "bash";
}
