import { blank } from "./source-position.ts";

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where a text got longer, and by how much: what comes after it in its line has moved. */
export interface Shift {
  readonly offset: number;
  readonly by: number;
}

/** Changes to a source, of which parts are taken out then. Edits do not overlap, but one may lie in another, which wins. */
export class SourceEdits {
  readonly #source: string;
  #edits: Edit[] = [];
  #isSorted = true;

  constructor(source: string) {
    this.#source = source;
  }

  /** @param text on as many lines as what it takes the place of */
  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
    this.#isSorted = false;
  }

  /** Several at one place stay in the order in which they came. */
  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  /** Puts spaces in the place of a range. */
  blank(start: number, end: number): void {
    this.replace(start, end, blank(this.#source.slice(start, end)));
  }

  /** The range as it is after the edits that lie in it. */
  take(start: number, end: number): string {
    const edits = this.#sorted();
    let text = "";
    let at = start;
    for (let index = firstFrom(edits, start); index < edits.length; index++) {
      const edit = edits[index] as Edit;
      if (edit.start > end) break;
      if (edit.start < at || edit.end > end) continue;
      text += this.#source.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    return text + this.#source.slice(at, end);
  }

  /** In the order of the source. */
  shifts(): readonly Shift[] {
    if (this.#edits.length === 0) return [];
    return this.#edits
      .map(({ start, end, text }) => ({ offset: end, by: text.length - (end - start) }))
      .filter(({ by }) => by !== 0)
      .toSorted((a, b) => a.offset - b.offset);
  }

  #sorted(): readonly Edit[] {
    if (!this.#isSorted) this.#edits = this.#edits.toSorted(byPlace);
    this.#isSorted = true;
    return this.#edits;
  }
}

function firstFrom(edits: readonly Edit[], start: number): number {
  let low = 0;
  let high = edits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edits[middle] as Edit).start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byPlace(a: Edit, b: Edit): number {
  const isInsertion = (edit: Edit) => Number(edit.start === edit.end);
  return a.start - b.start || isInsertion(b) - isInsertion(a) || b.end - a.end;
}
