import type { Position } from "./cell.ts";

/** The place of an offset. Lines end as V8 ends them: LF, CR, CR LF, U+2028, U+2029. */
export function positionAt(source: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at++) {
    if (!isLineEnd(source, at)) continue;
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** The lines of a source whose places are asked for again and again. */
export class SourceLines {
  readonly #starts: readonly number[];

  constructor(source: string) {
    const starts = [0];
    for (let at = 0; at < source.length; at++) if (isLineEnd(source, at)) starts.push(at + 1);
    this.#starts = starts;
  }

  positionAt(offset: number): Position {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

/** The text of a line, counted from 1, without its end; empty where there is no such line. */
export function lineAt(source: string, line: number): string {
  let start = 0;
  let current = 1;
  for (let at = 0; at < source.length; at++) {
    if (!isLineEnd(source, at)) continue;
    if (current === line) return source.slice(start, source[at - 1] === "\r" ? at - 1 : at);
    current += 1;
    start = at + 1;
  }
  return current === line ? source.slice(start) : "";
}

/** The same text in spaces: every character that comes after it keeps its place. */
export function blank(text: string): string {
  return text.replaceAll(/[^\r\n\u2028\u2029]/g, " ");
}

/** Whether a line ends right after this character. */
function isLineEnd(source: string, at: number): boolean {
  const code = source.charCodeAt(at);
  if (code === 13) return source.charCodeAt(at + 1) !== 10;
  return code === 10 || code === 0x2028 || code === 0x2029;
}
