import { BoundedText } from "@holdfast/client/tool-parts";
import type { Cursor } from "./cursor.ts";

/** What was left out between the beginning and the end of an output. */
export interface Omitted {
  readonly characters: number;
  /** Where it begins. */
  readonly cursor: Cursor;
}

/** A bounded part of an output. Text is added event by event. */
export interface OutputWindow {
  /** Takes the text of an event, of which `skipped` characters came before; `false` when there is no room for all of it. */
  add(seq: number, text: string, skipped: number): boolean;
  readonly text: string;
  /** Where what was not looked at begins. */
  readonly cursor: Cursor;
  readonly omitted: Omitted | null;
}

/** Keeps the beginning and the end, whatever comes between them. */
export class EndsWindow implements OutputWindow {
  readonly #text: BoundedText;
  readonly #headLength: number;
  #middle: Cursor | null = null;
  cursor: Cursor;

  constructor(from: Cursor, maxLength: number) {
    this.#text = new BoundedText(maxLength);
    this.#headLength = Math.ceil(maxLength / 2); // as BoundedText has it
    this.cursor = from;
  }

  add(seq: number, text: string, skipped: number): boolean {
    const room = this.#headLength - this.#text.length;
    if (this.#middle === null && text.length > room)
      this.#middle = { seq: seq - 1, skip: skipped + room };
    this.#text.add(text);
    this.cursor = { seq, skip: 0 };
    return true;
  }

  get text(): string {
    return String(this.#text);
  }

  get omitted(): Omitted | null {
    const { omitted } = this.#text;
    if (omitted === null || this.#middle === null) return null;
    return { characters: omitted.to - omitted.from, cursor: this.#middle };
  }
}

/** Keeps the beginning, and says where the next page begins. */
export class PageWindow implements OutputWindow {
  readonly #maxLength: number;
  #text = "";
  cursor: Cursor;
  readonly omitted = null;

  constructor(from: Cursor, maxLength: number) {
    this.#maxLength = maxLength;
    this.cursor = from;
  }

  add(seq: number, text: string, skipped: number): boolean {
    const room = this.#maxLength - this.#text.length;
    const part = wholeCharacters(text, room);
    this.#text += part;
    const isAll = part.length === text.length;
    this.cursor = isAll ? { seq, skip: 0 } : { seq: seq - 1, skip: skipped + part.length };
    return isAll;
  }

  get text(): string {
    return this.#text;
  }
}

/** Up to `length` code units, without half of a surrogate pair at the end. */
function wholeCharacters(text: string, length: number): string {
  const part = text.slice(0, length);
  return part.length < text.length && /[\uD800-\uDBFF]$/.test(part) ? part.slice(0, -1) : part;
}
