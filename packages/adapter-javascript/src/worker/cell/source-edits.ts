import { blank } from "./source-position.ts";

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Changes to a source, of which parts are taken out then. Edits do not overlap, but one may lie in another, which wins. */
export class SourceEdits {
  readonly #source: string;
  #edits: Edit[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  /** Puts spaces in the place of a range. */
  blank(start: number, end: number): void {
    this.replace(start, end, blank(this.#source.slice(start, end)));
  }

  /** The range as it is after the edits that lie in it. */
  take(start: number, end: number): string {
    let text = "";
    let at = start;
    this.#edits = this.#edits.toSorted((a, b) => a.start - b.start || b.end - a.end);
    for (const edit of this.#edits) {
      if (edit.start < at || edit.end > end) continue;
      text += this.#source.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    return text + this.#source.slice(at, end);
  }
}
