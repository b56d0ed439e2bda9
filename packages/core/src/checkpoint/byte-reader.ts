/** Takes bytes of a stream in sizes of the reader's choice. Holds one chunk of the source at most, beside what is asked for. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, fewer only where the stream ends. They stay as they are, whatever is read after them. */
  async read(length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      if (this.#chunk.length === 0) {
        const next = await this.#source.next();
        if (next.done === true) break;
        this.#chunk = next.value;
      }
      const part = this.#chunk.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#chunk = this.#chunk.subarray(part.length);
    }
    return bytes.subarray(0, filled);
  }

  /** Leaves the source, which frees what it holds. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
