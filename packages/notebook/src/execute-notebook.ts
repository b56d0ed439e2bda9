import type { Kernel } from "./kernel.ts";
import type { NotebookExecutionStatus, NotebookSession } from "./notebook-session.ts";
import type { CodeCell, Notebook } from "./notebook.ts";
import type { DisplayPlaces } from "./output-list.ts";
import { type AnswerInput, type CellEnd, type RunCellOptions, runCell } from "./run-cell.ts";
import { type SelectedCell, selectCells } from "./select-cells.ts";
import { type PythonShell, runtimeOf, startKernel } from "./start-kernel.ts";

const defaults = {
  from: 0,
  tags: null,
  skipTag: "skip-execution",
  timeoutMs: null,
  allowErrors: false,
  recordTiming: true,
  pythonShell: "auto",
  onInput: null,
  onProgress: () => undefined,
} as const;

/** How a notebook is executed. */
export interface ExecuteNotebookOptions {
  /** The first cell, counted from 0, Markdown included. @default 0 */
  readonly from?: number;
  /** The cell in front of which it ends. @default the number of cells */
  readonly to?: number;
  /** Only cells that have one of these tags. @default null, all */
  readonly tags?: readonly string[] | null;
  /** Cells with this tag are left as they are. @default "skip-execution", as nbclient has it */
  readonly skipTag?: string;
  /** For each cell, in milliseconds; a cell that takes longer is interrupted, and the run ends. @default null, no limit */
  readonly timeoutMs?: number | null;
  /** Goes on after errors. A cell with the tag `raises-exception` may always fail. @default false */
  readonly allowErrors?: boolean;
  /** Writes `metadata.execution` of each cell. @default true, as nbclient does */
  readonly recordTiming?: boolean;
  /** `plain` does not look for IPython. @default "auto" */
  readonly pythonShell?: PythonShell;
  /** Answers `input()`. @default null: `input()` fails, as it does in nbclient */
  readonly onInput?: AnswerInput | null;
  /** Told of each step. What it throws ends the run. */
  readonly onProgress?: (progress: NotebookProgress) => void;
  /** Interrupts the cell that runs; what ran is in the notebook. */
  readonly signal?: AbortSignal;
}

/** A step of a run. `number` counts from 1 to `total`, the cells that are to be run. */
export interface NotebookProgress {
  readonly type: "cell_started" | "output" | "cell_ended";
  readonly cell: CodeCell;
  /** Where it stands in the notebook, from 0. */
  readonly index: number;
  readonly number: number;
  readonly total: number;
  /** Of `cell_ended`, else `null`. */
  readonly ended: CellRun | null;
}

/** One cell that was run. */
export interface CellRun extends CellEnd {
  readonly index: number;
  readonly id: string | null;
  readonly executionCount: number;
  readonly durationMs: number;
}

/** How a run ended. */
export interface NotebookRun {
  /** `ok` also when cells failed that may. */
  readonly status: NotebookExecutionStatus;
  /** What ran the cells: `ipython`, `python` without it, or `bash`. */
  readonly kernel: Kernel["name"];
  /** Why Python cells did not run in IPython's shell, such as `ModuleNotFoundError: …`; else `null`. */
  readonly withoutIpython: string | null;
  /** Those that were run, in order. */
  readonly cells: readonly CellRun[];
  /** The one that ended the run before its end, `null` if none did. */
  readonly failedCell: CellRun | null;
  readonly durationMs: number;
}

/**
 * Executes the code cells of a notebook in order, in a session. Outputs, execution counts and timings are put into the
 * notebook that was given, as they come, and it ends at the first error, as Jupyter's nbclient does.
 * @param session of the runtime that {@link runtimeOf} names; it is as the cells leave it then
 * @throws NotebookError `kernel_unsupported`, `invalid_request` for a range that cannot be; and what the session throws
 */
export async function executeNotebook(
  notebook: Notebook,
  session: NotebookSession,
  options: ExecuteNotebookOptions = {},
): Promise<NotebookRun> {
  const began = performance.now();
  const settings = { ...defaults, to: notebook.cells.length, ...options };
  const selected = selectCells(notebook, settings);
  const runtime = runtimeOf(notebook);
  const kernel = await startKernel(session, runtime, settings.pythonShell);
  notebook.metadata.language_info = { ...kernel.languageInfo, name: runtime };
  const signal = settings.signal ?? new AbortController().signal;
  const { cells, failedCell } = await runSelected(selected, {
    ...settings,
    session,
    kernel,
    signal,
  });
  return {
    status: failedCell?.status ?? (signal.aborted ? "interrupted" : "ok"),
    kernel: kernel.name,
    withoutIpython: kernel.withoutIpython,
    cells,
    failedCell,
    durationMs: performance.now() - began,
  };
}

type RunOptions = Omit<RunCellOptions, "places" | "executionCount" | "onOutput"> & {
  readonly allowErrors: boolean;
  readonly onProgress: (progress: NotebookProgress) => void;
};

/** Up to the first cell that fails and must not. */
async function runSelected(
  selected: readonly SelectedCell[],
  { allowErrors, onProgress, ...options }: RunOptions,
): Promise<Pick<NotebookRun, "cells" | "failedCell">> {
  const places: DisplayPlaces = new Map();
  const cells: CellRun[] = [];
  for (const [position, { cell, index }] of selected.entries()) {
    if (options.signal.aborted) break;
    const executionCount = position + 1;
    const tell = (type: NotebookProgress["type"], ended: CellRun | null) =>
      onProgress({ type, cell, index, number: executionCount, total: selected.length, ended });
    tell("cell_started", null);
    const began = performance.now();
    const onOutput = () => tell("output", null);
    const end = await runCell(cell, { ...options, places, executionCount, onOutput });
    const durationMs = performance.now() - began;
    const ended = { index, id: cell.id ?? null, executionCount, durationMs, ...end };
    cells.push(ended);
    tell("cell_ended", ended);
    if (!isAllowed(end, cell, allowErrors)) return { cells, failedCell: ended };
  }
  return { cells, failedCell: null };
}

function isAllowed({ status }: CellEnd, { metadata }: CodeCell, allowErrors: boolean): boolean {
  const canFail = allowErrors || (metadata.tags ?? []).includes("raises-exception");
  return status === "ok" || (status === "error" && canFail);
}
