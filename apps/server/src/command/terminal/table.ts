import { stripVTControlCharacters } from "node:util";
import { style } from "./style.ts";

/** A column: its head, and whether its cells end at one line as numbers do. */
export interface Column {
  readonly head: string;
  readonly isNumber?: boolean;
}

/** Lines of a table, with its head; the last column is not padded. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const heads = columns.map(({ head }) => style(["bold", "dim"], head));
  const all = [heads, ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => widthOf(row[at] ?? ""))));
  return all.map((row) =>
    columns
      .map(({ isNumber = false }, at) => {
        const text = row[at] ?? "";
        const space = " ".repeat((widths[at] ?? 0) - widthOf(text));
        return isNumber ? space + text : text + space;
      })
      .join("  ")
      .trimEnd(),
  );
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
