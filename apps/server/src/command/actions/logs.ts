import type { ExecutionDetails, Session } from "@holdfast/client";
import { connectToServer } from "../connection/connect-to-server.ts";
import { findSession } from "../connection/find-session.ts";
import { newExecutions } from "../new-executions.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { showEvent } from "../show-event.ts";
import { endNote, executionHead, promptedCode } from "../show-execution.ts";
import { note, print, printJson } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";

/** Options of `holdfast logs`. */
export interface LogsOptions extends ServerOptions, JsonOption {
  readonly follow?: boolean;
  readonly last: number;
}

/** Prints what was run in a session; as JSON one execution a line. */
export async function logs(id: string, options: LogsOptions): Promise<void> {
  const { client } = connectToServer(options);
  const info = await findSession(client, id);
  const session = client.session(info.id);
  const follow = options.follow === true;
  for await (const execution of newExecutions(session, { past: options.last, follow })) {
    if (options.json === true) await printJson(await ended(session, execution, follow));
    else await show(session, execution, { runtime: info.runtime, follow });
  }
}

async function ended(
  session: Session,
  execution: ExecutionDetails,
  follow: boolean,
): Promise<ExecutionDetails> {
  if (!follow || !isRunning(execution)) return execution;
  const handle = session.execution(execution.id);
  await handle;
  return handle.details();
}

async function show(
  session: Session,
  execution: ExecutionDetails,
  { runtime, follow }: { readonly runtime: string; readonly follow: boolean },
): Promise<void> {
  await print(`${executionHead(execution)}\n${promptedCode(execution.code, runtime)}`);
  if (isRunning(execution) && !follow) {
    await print(execution.stdout + execution.stderr);
    return note(style("dim", `[${execution.status}; --follow waits for it]`, process.stderr));
  }
  let isAtLineStart = true;
  for await (const event of session.execution(execution.id, { encoding: "bytes" })) {
    await showEvent(event);
    if ("bytes" in event) isAtLineStart = event.bytes.at(-1) === 10;
    if (event.type !== "completed") continue;
    if (!isAtLineStart) await print("\n");
    const end = endNote(event);
    if (end !== "") await print(`${style("yellow", end)}\n`);
  }
}

function isRunning({ status }: ExecutionDetails): boolean {
  return status === "running" || status === "queued";
}
