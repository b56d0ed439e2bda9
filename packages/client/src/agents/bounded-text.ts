/** Text that keeps its beginning and its end, half of the bound each, however much comes. */
export class BoundedText {
  readonly #half: number;
  #head = "";
  #tail = "";
  #length = 0;

  /** @param maxLength in characters */
  constructor(maxLength: number) {
    this.#half = Math.ceil(maxLength / 2);
  }

  add(text: string): void {
    this.#length += text.length;
    const room = this.#half - this.#head.length;
    this.#head += text.slice(0, room);
    this.#tail += text.slice(room);
    if (this.#tail.length > 4 * this.#half) this.#tail = this.#tail.slice(-this.#half);
  }

  /** Characters that were added. */
  get length(): number {
    return this.#length;
  }

  /** From where to where characters are left out; `null` when none are. */
  get omitted(): { readonly from: number; readonly to: number } | null {
    const to = this.#length - this.#half;
    return to <= this.#half ? null : { from: this.#half, to };
  }

  /** With a line in the place of what is left out. No half of a character is left at the cuts. */
  toString(): string {
    const { omitted } = this;
    if (omitted === null) return this.#head + this.#tail;
    const note = `[… ${omitted.to - omitted.from} characters left out …]`;
    return `${this.#head}\n${note}\n${this.#tail.slice(-this.#half)}`.toWellFormed();
  }
}
