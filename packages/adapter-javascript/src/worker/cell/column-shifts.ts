import type { Position } from "./cell.ts";
import type { Shift } from "./source-edits.ts";
import type { SourceLines } from "./source-position.ts";

interface LineShift {
  /** Of the source: what begins here or later has moved. */
  readonly column: number;
  readonly by: number;
}

/** Where the places of a source are after it has got longer in some lines. */
export class ColumnShifts {
  readonly #lines = new Map<number, LineShift[]>();

  /** @param shifts in the order of the source */
  constructor(lines: SourceLines, shifts: readonly Shift[]) {
    for (const { offset, by } of shifts) {
      const { line, column } = lines.positionAt(offset);
      const known = this.#lines.get(line);
      if (known) known.push({ column, by });
      else this.#lines.set(line, [{ column, by }]);
    }
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  /** How far the script that begins at this place has moved. */
  before({ line, column }: Position): number {
    return (this.#lines.get(line) ?? []).reduce(
      (sum, shift) => sum + (shift.column < column ? shift.by : 0),
      0,
    );
  }

  /** Where a place was before. */
  original({ line, column }: Position): Position {
    let moved = 0;
    for (const shift of this.#lines.get(line) ?? []) {
      const begin = shift.column + moved;
      if (column < begin) break;
      if (column < begin + shift.by) return { line, column: shift.column };
      moved += shift.by;
    }
    return { line, column: column - moved };
  }
}
