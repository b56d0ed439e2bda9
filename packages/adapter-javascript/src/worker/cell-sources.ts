import { readFileSync, statSync } from "./primordials.ts";
import { fileURLToPath } from "node:url";
import type { PositionMap } from "./cell/cell.ts";
import { lineAt } from "./cell/source-position.ts";

const maxCells = 1_000;
const maxCharacters = 8 * 1024 * 1024;
const maxFileBytes = 2 * 1024 * 1024;

interface Source {
  readonly text: string;
  originalPosition: PositionMap | null;
}

/** The text of the last cells, for the frames of errors. */
export class CellSources {
  readonly #cells = new Map<string, Source>();
  #count = 0;
  #characters = 0;

  /** Keeps a cell, and gives it its name. */
  add(text: string): string {
    const name = `<cell ${++this.#count}>`;
    this.#cells.set(name, { text, originalPosition: null });
    this.#characters += text.length;
    for (const [oldest, { text: old }] of this.#cells) {
      if (this.#cells.size <= maxCells && this.#characters <= maxCharacters) break;
      this.#cells.delete(oldest);
      this.#characters -= old.length;
    }
    return name;
  }

  /** Where a place of the code that runs is in the text. */
  map(name: string, originalPosition: PositionMap | null): void {
    const source = this.#cells.get(name);
    if (source !== undefined) source.originalPosition = originalPosition;
  }

  /** The text of a line, empty where it is not known. */
  line(file: string, number: number): string {
    const cell = this.#cells.get(file);
    if (cell !== undefined) return lineAt(cell.text, number);
    if (!file.startsWith("/") && !file.startsWith("file:")) return "";
    try {
      const path = file.startsWith("/") ? file : fileURLToPath(file);
      if (statSync(path).size > maxFileBytes) return "";
      return lineAt(readFileSync(path, "utf8"), number);
    } catch {
      return "";
    }
  }

  /** A line of a stack with the place in the text. */
  originalLine(line: string): string {
    return line.replace(/(<cell \d+>):(\d+):(\d+)/, (whole, name: string, row: string, column: string) => {
      const position = { line: Number(row), column: Number(column) };
      const original = this.#cells.get(name)?.originalPosition?.(position);
      return original ? `${name}:${original.line}:${original.column}` : whole;
    });
  }
}
