const firstCapacity = 1024;

/** The first `limit` bytes of a stream, in one buffer that grows with it. */
export class KeptBytes {
  readonly #limit: number;
  #buffer = Buffer.alloc(0);
  #length = 0;
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** All bytes that came by, kept or not. */
  get total(): number {
    return this.#total;
  }

  /** How many are kept. */
  get length(): number {
    return this.#length;
  }

  get isTruncated(): boolean {
    return this.#total > this.#length;
  }

  /** Counts the bytes and copies in as many as there is room for; answers how many. */
  append(bytes: Uint8Array): number {
    const kept = this.isTruncated ? 0 : Math.min(bytes.length, this.#limit - this.#length);
    this.#total += bytes.length;
    if (kept === 0) return 0;
    this.#reserve(this.#length + kept);
    this.#buffer.set(kept === bytes.length ? bytes : bytes.subarray(0, kept), this.#length);
    this.#length += kept;
    return kept;
  }

  /** A view: do not change it. It stays what it is while more is appended. */
  view(start = 0, end = this.#length): Buffer {
    return this.#buffer.subarray(start, end);
  }

  #reserve(needed: number): void {
    if (needed <= this.#buffer.length) return;
    const capacity = Math.min(
      this.#limit,
      Math.max(firstCapacity, needed, this.#buffer.length * 2),
    );
    const grown = Buffer.allocUnsafeSlow(capacity);
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
