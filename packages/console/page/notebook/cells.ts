import type { ExecutionView } from "../http/views.ts";
import { type RunState, isOver, runOf } from "./run-state.ts";

/** A cell: code, and what came of it when it ran last. */
export interface Cell {
  /** Of the page's own. */
  readonly key: string;
  readonly code: string;
  /** Counts up when the page, not the user, writes the code. */
  readonly revision: number;
  readonly run: RunState | null;
  /** Whether it runs when those before it are done. */
  readonly isWaiting: boolean;
}

/** What is kept of a notebook over a reload; the output is the server's to keep. */
export interface Layout {
  readonly cells: readonly { readonly code: string; readonly executionId: string | null }[];
  /** Executions that have had their place, also those whose cell is gone. */
  readonly known: readonly string[];
}

export function newCell(key: string, code = ""): Cell {
  return { key, code, revision: 0, run: null, isWaiting: false };
}

/** The cells of a layout, to be filled by {@link withExecutions}. */
export function cellsOf({ cells }: Layout, keyOf: () => string): readonly Cell[] {
  return cells.map(({ code, executionId }) => newCell(executionId ?? keyOf(), code));
}

export function isBlank({ code, run }: Cell): boolean {
  return code.trim() === "" && run === null;
}

/** With an empty cell at the end, to write the next code in. */
export function withRoom(cells: readonly Cell[], keyOf: () => string): readonly Cell[] {
  const last = cells.at(-1);
  return last !== undefined && isBlank(last) ? cells : [...cells, newCell(keyOf())];
}

/**
 * With what the server knows: runs of cells that are there, and a cell for each execution that has had none, such as
 * those of other clients. Runs that the page follows by itself stay as they are.
 */
export function withExecutions(
  cells: readonly Cell[],
  executions: readonly ExecutionView[],
  known: ReadonlySet<string>,
): readonly Cell[] {
  const byId = new Map(executions.map((one) => [one.id, one]));
  const filled = cells.map((cell) => {
    const execution = byId.get(cell.run?.executionId ?? cell.key);
    const isKnown = cell.run !== null && cell.run.problem === null;
    return execution === undefined || isKnown ? cell : { ...cell, run: runOf(execution) };
  });
  const shown = new Set(cells.flatMap(({ key, run }) => [key, run?.executionId ?? ""]));
  const added = executions
    .filter(({ id }) => !known.has(id) && !shown.has(id))
    .map((one): Cell => ({ ...newCell(one.id, one.code), run: runOf(one) }));
  const last = filled.at(-1);
  return last !== undefined && isBlank(last)
    ? [...filled.slice(0, -1), ...added, last]
    : [...filled, ...added];
}

/** With an empty cell at an index. */
export function withInserted(cells: readonly Cell[], at: number, cell: Cell): readonly Cell[] {
  return cells.toSpliced(at, 0, cell);
}

/** With a cell moved by so many places, as far as there are some. */
export function withMoved(cells: readonly Cell[], key: string, by: number): readonly Cell[] {
  const from = cells.findIndex((cell) => cell.key === key);
  const cell = cells[from];
  const to = Math.min(cells.length - 1, Math.max(0, from + by));
  return cell === undefined || to === from
    ? cells
    : cells.toSpliced(from, 1).toSpliced(to, 0, cell);
}

export function withChanged(
  cells: readonly Cell[],
  key: string,
  change: (cell: Cell) => Cell,
): readonly Cell[] {
  return cells.map((cell) => (cell.key === key ? change(cell) : cell));
}

/** The cell that runs next: none while one runs in the foreground. */
export function nextToRun(cells: readonly Cell[]): Cell | null {
  const isBusy = cells.some(({ run }) => run !== null && !isOver(run) && !run.isBackground);
  return isBusy ? null : (cells.find(({ isWaiting }) => isWaiting) ?? null);
}

/** Those that waited behind one that failed do not run: what they rely on may not be there. */
export function withoutWaiting(cells: readonly Cell[]): readonly Cell[] {
  return cells.some(({ isWaiting }) => isWaiting)
    ? cells.map((cell) => (cell.isWaiting ? { ...cell, isWaiting: false } : cell))
    : cells;
}

/** What is to be kept of them. */
export function layoutOf(cells: readonly Cell[], known: ReadonlySet<string>): Layout {
  return {
    cells: cells
      .filter((cell) => !isBlank(cell))
      .map(({ code, run }) => ({ code, executionId: run?.executionId ?? null })),
    known: [...known].slice(-mostKnown),
  };
}

const mostKnown = 1_000;
