import type { Readable } from "node:stream";
import type { Execution } from "@holdfast/core";

/** Our standard input, for the code: all of it as it comes, or a line whenever the code asks. */
export class StandardInput {
  readonly #source: Readable;
  readonly #execution: Execution;
  #chunks: AsyncIterator<Buffer> | null = null;
  #pending = Buffer.alloc(0);
  #isAtEnd = false;
  #answers: Promise<void> = Promise.resolve();

  constructor(source: Readable, execution: Execution) {
    this.#source = source;
    this.#execution = execution;
  }

  /** Sends everything, then the end. Settles when that is done, or when the code has ended without reading it all. */
  async forward(): Promise<void> {
    await this.#unlessEnded(async () => {
      for await (const chunk of this.#source) await this.#execution.write(chunk as Buffer);
      await this.#execution.write("", { close: true });
    });
  }

  /** Answers one question with the next line, or with the end. */
  answer(): void {
    this.#answers = this.#answers.then(() =>
      this.#unlessEnded(async () => {
        const line = await this.#line();
        await this.#execution.write(line ?? "", { close: line === null });
      }),
    );
  }

  async #line(): Promise<Buffer | null> {
    this.#chunks ??= (this.#source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    let end: number;
    while ((end = this.#pending.indexOf("\n")) === -1 && !this.#isAtEnd) {
      const { value, done } = await this.#chunks.next();
      if (done === true) this.#isAtEnd = true;
      else this.#pending = Buffer.concat([this.#pending, value]);
    }
    if (this.#pending.length === 0) return null;
    const line = this.#pending.subarray(0, end === -1 ? undefined : end + 1);
    this.#pending = this.#pending.subarray(line.length);
    return line;
  }

  // A program may end, or close its input, with some of it unread.
  async #unlessEnded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#execution.hasEnded && !isUnread(error)) throw error;
    }
  }
}

function isUnread(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === "input_not_expected";
}
