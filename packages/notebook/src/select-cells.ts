import { NotebookError } from "./notebook-error.ts";
import type { CodeCell, Notebook } from "./notebook.ts";

/** Which cells are to be run; see `ExecuteNotebookOptions`. */
export interface Selection {
  readonly from: number;
  readonly to: number;
  readonly tags: readonly string[] | null;
  readonly skipTag: string;
}

/** A cell of code and where it stands. */
export interface SelectedCell {
  readonly cell: CodeCell;
  readonly index: number;
}

/**
 * The cells that are to be run: none without code.
 * @throws NotebookError `invalid_request` for a range that cannot be
 */
export function selectCells(
  { cells }: Notebook,
  { from, to, tags, skipTag }: Selection,
): SelectedCell[] {
  const isRange = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to;
  if (!isRange || to > cells.length)
    throw new NotebookError(
      "invalid_request",
      `from, to: received ${from}, ${to}, allowed 0 to ${cells.length}, not backwards`,
    );
  const selected: SelectedCell[] = [];
  for (const [index, cell] of cells.entries()) {
    const own = cell.metadata.tags ?? [];
    const isWanted = tags === null || tags.some((tag) => own.includes(tag));
    if (cell.cell_type !== "code" || index < from || index >= to || !isWanted) continue;
    if (cell.source.trim() !== "" && !own.includes(skipTag)) selected.push({ cell, index });
  }
  return selected;
}
