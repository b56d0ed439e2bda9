import { dirname, resolve } from "node:path";
import {
  type CellRun,
  type Notebook,
  type NotebookRun,
  executeNotebook,
  runtimeOf,
} from "@holdfast/notebook";
import { connect } from "../connection/connect.ts";
import { openSession } from "../connection/open-session.ts";
import { loadNotebook, saveNotebook } from "../notebook/notebook-file.ts";
import { askInTerminal } from "../notebook/ask-in-terminal.ts";
import { RunProgress } from "../notebook/run-progress.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { printJson } from "../terminal/output.ts";
import { UsageError } from "../usage-error.ts";

/** Options of `holdfast run`. */
export interface RunOptions extends ServerOptions, JsonOption {
  readonly output?: string;
  readonly allowErrors?: boolean;
  readonly timeout?: number;
  readonly plain?: boolean;
  readonly session?: string;
}

/** Runs a notebook and writes it; answers the exit code to end with. */
export async function run(file: string, options: RunOptions): Promise<number> {
  if (options.output === "-" && options.json === true)
    throw new UsageError("run: received --output - and --json, allowed one of them");
  const notebook = await loadNotebook(file);
  const leaving = new AbortController();
  const letGo = takeSignals(leaving);
  try {
    const result = await execute(notebook, file, options, leaving.signal);
    await saveNotebook(notebook, options.output ?? file);
    if (options.json === true) await printJson(summary(result, options.output ?? file));
    return exitCodeOf(result);
  } finally {
    letGo();
  }
}

async function execute(
  notebook: Notebook,
  file: string,
  options: RunOptions,
  signal: AbortSignal,
): Promise<NotebookRun> {
  await using connection = await connect(options);
  await using opened = await openSession(connection.client, options.session, {
    runtime: runtimeOf(notebook),
    // A server may be on another machine.
    ...(connection.isLocal ? { cwd: dirname(resolve(file)) } : {}),
  });
  const progress = new RunProgress(file, process.stderr);
  try {
    const result = await executeNotebook(notebook, opened.session, {
      allowErrors: options.allowErrors === true,
      pythonShell: options.plain === true ? "plain" : "auto",
      onInput: process.stdin.isTTY ? progress.pausing(askInTerminal) : null,
      onProgress: (step) => progress.tell(step),
      signal,
      ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
    });
    progress.end(result);
    return result;
  } finally {
    progress.clear();
  }
}

function takeSignals(leaving: AbortController): () => void {
  // The notebook is written as it is by then; another one ends us at once.
  const leave = () => (leaving.signal.aborted ? process.exit(130) : leaving.abort());
  process.on("SIGINT", leave).on("SIGTERM", leave);
  return () => process.off("SIGINT", leave).off("SIGTERM", leave);
}

function exitCodeOf({ status }: NotebookRun): number {
  return { ok: 0, error: 1, lost: 1, timeout: 124, interrupted: 130 }[status];
}

function summary({ status, kernel, cells, failedCell, durationMs }: NotebookRun, output: string) {
  const short = ({ index, status: end, durationMs: ms }: CellRun) => ({
    index,
    status: end,
    durationMs: Math.round(ms),
  });
  return {
    status,
    output,
    kernel,
    cells: cells.map(short),
    failedCell: failedCell === null ? null : short(failedCell),
    durationMs: Math.round(durationMs),
  };
}
