import type { Readable } from "node:stream";
import { type ExecutionHandle, type OutputEncoding, isApiError } from "@holdfast/client";

/** Our standard input, for the code: all of it as it comes, or a line whenever the code asks. */
export class StandardInput {
  readonly #source: Readable;
  readonly #execution: ExecutionHandle<OutputEncoding>;
  readonly #failure = Promise.withResolvers<never>();
  #chunks: AsyncIterator<Buffer> | null = null;
  #pending = Buffer.alloc(0);
  #isAtEnd = false;
  #hasEnded = false;
  #answers: Promise<void> = Promise.resolve();

  constructor(source: Readable, execution: ExecutionHandle<OutputEncoding>) {
    this.#source = source;
    this.#execution = execution;
    this.#failure.promise.catch(() => {});
  }

  /** Rejects when input cannot be read, or not be sent to code that runs. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Sends everything, then the end. Settles when that is done, or when the code has ended without reading it all. */
  async forward(): Promise<void> {
    await this.#unlessEnded(async () => {
      for await (const chunk of this.#source) await this.#execution.input(chunk as Buffer);
      await this.#execution.input("", { close: true });
    });
  }

  /** Answers one question with the next line, or with the end. */
  answer(): void {
    this.#answers = this.#answers.then(() =>
      this.#unlessEnded(async () => {
        const line = await this.#line();
        await this.#execution.input(line ?? "", { close: line === null });
      }),
    );
  }

  /** The code has ended: it takes no more. */
  end(): void {
    this.#hasEnded = true;
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
      if (!this.#hasEnded && !isApiError(error, "input_not_expected")) this.#failure.reject(error);
    }
  }
}
