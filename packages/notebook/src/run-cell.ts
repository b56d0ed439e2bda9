import { startTiming } from "./cell-timing.ts";
import type { Kernel } from "./kernel.ts";
import type {
  NotebookEvent,
  NotebookExecution,
  NotebookExecutionStatus,
  NotebookSession,
} from "./notebook-session.ts";
import type { CodeCell } from "./notebook.ts";
import { type DisplayPlaces, OutputList } from "./output-list.ts";

/** What a cell asks for. */
export interface InputRequest {
  readonly prompt: string;
  /** Whether it should not be shown. */
  readonly password: boolean;
  /** Aborted when the cell is: then nobody waits for an answer any more. */
  readonly signal: AbortSignal;
}

/** Answers a cell's `input()` with a line, without its newline; `null` is the end of the input. */
export type AnswerInput = (request: InputRequest) => Promise<string | null> | string | null;

/** What a cell is run with. */
export interface RunCellOptions {
  readonly session: NotebookSession;
  readonly kernel: Kernel;
  readonly places: DisplayPlaces;
  readonly executionCount: number;
  readonly timeoutMs: number | null;
  readonly recordTiming: boolean;
  readonly onInput: AnswerInput | null;
  readonly onOutput: () => void;
  readonly signal: AbortSignal;
}

/** How a cell ended. */
export interface CellEnd {
  readonly status: NotebookExecutionStatus;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

type Completed = Extract<NotebookEvent, { type: "completed" }>;

/** Runs one cell and puts what it shows into it, as it comes. */
export async function runCell(cell: CodeCell, options: RunCellOptions): Promise<CellEnd> {
  const { kernel, executionCount, onInput } = options;
  const outputs = new OutputList(cell, options.places);
  const timing = startTiming(cell, options.recordTiming);
  cell.execution_count = executionCount;
  const { session, timeoutMs } = options;
  const allowInput = onInput !== null;
  const sent = kernel.codeOf(cell.source, { allowInput });
  if (sent.isRefused) {
    cell.outputs.push(sent.error);
    timing.end();
    options.onOutput();
    return { status: "error", exitCode: null, signal: null };
  }
  const execution = session.execute(sent.code, { timeoutMs, allowInput });
  const read = kernel.reader(executionCount);
  let completed: Completed | null = null;
  const stop = () => void execution.interrupt().catch(() => undefined); // it has ended, or its session has
  options.signal.addEventListener("abort", stop, { once: true });
  if (options.signal.aborted) stop();
  try {
    for await (const event of execution) {
      if (event.type === "input_request") await answer(execution, event, options);
      if (event.type === "completed") completed = event;
      const message = read(event);
      if (message === null) continue;
      outputs.take(message);
      options.onOutput();
    }
  } catch (error) {
    stop();
    throw error;
  } finally {
    options.signal.removeEventListener("abort", stop);
    timing.end();
  }
  return endOf(completed);
}

async function answer(
  execution: NotebookExecution,
  { prompt, password }: Extract<NotebookEvent, { type: "input_request" }>,
  { onInput, signal }: RunCellOptions,
): Promise<void> {
  const aborted = Promise.withResolvers<null>();
  const giveUp = () => aborted.resolve(null);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    const line = await Promise.race([onInput?.({ prompt, password, signal }), aborted.promise]);
    if (signal.aborted) return;
    await execution.input(line ?? "", { close: (line ?? null) === null });
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function endOf(completed: Completed | null): CellEnd {
  if (completed === null) return { status: "lost", exitCode: null, signal: null };
  const { status, exitCode, signal } = completed;
  const isRunning = status === "queued" || status === "running";
  if (isRunning) return { status: "lost", exitCode, signal };
  // bash: what a cell's last command answers. No other runtime ends well with an exit code.
  return { status: status === "ok" && (exitCode ?? 0) !== 0 ? "error" : status, exitCode, signal };
}
