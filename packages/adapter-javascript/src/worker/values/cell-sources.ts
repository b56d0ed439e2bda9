import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Position, PositionMap } from "../cell/cell.ts";
import { lineAt } from "../cell/source-position.ts";

/** Cells that are remembered, and characters of them. */
const mostCells = 1000;
const mostCharacters = 16 * 1024 * 1024;

/** Of a file whose line is shown. */
const mostFileBytes = 2 * 1024 * 1024;

interface RememberedCell {
  readonly source: string;
  readonly originalPosition: PositionMap | null;
}

/** The sources of the last cells, for stack traces. */
export class CellSources {
  readonly #cells = new Map<string, RememberedCell>();
  #characters = 0;

  remember(fileName: string, source: string, originalPosition: PositionMap | null = null): void {
    this.forget(fileName);
    this.#cells.set(fileName, { source, originalPosition });
    this.#characters += source.length;
    for (const oldest of this.#cells.keys()) {
      if (this.#cells.size <= mostCells && this.#characters <= mostCharacters) break;
      if (oldest !== fileName) this.forget(oldest);
      else break;
    }
  }

  has(fileName: string): boolean {
    return this.#cells.has(fileName);
  }

  /** A line of a cell, or of a file by its path or URL; empty where it is not known. */
  lineOf(fileName: string, line: number): string {
    const cell = this.#cells.get(fileName);
    return lineAt(cell ? cell.source : textOfFile(fileName), line);
  }

  /** Where a place of a script is in the source. */
  originalPosition(fileName: string, position: Position): Position {
    return this.#cells.get(fileName)?.originalPosition?.(position) ?? position;
  }

  forget(fileName: string): void {
    this.#characters -= this.#cells.get(fileName)?.source.length ?? 0;
    this.#cells.delete(fileName);
  }
}

function textOfFile(name: string): string {
  if (!name.startsWith("/") && !name.startsWith("file:")) return "";
  try {
    const path = name.startsWith("/") ? name : fileURLToPath(name);
    const { size } = statSync(path);
    return size > mostFileBytes ? "" : readFileSync(path, "utf8");
  } catch {
    return ""; // there is none
  }
}
