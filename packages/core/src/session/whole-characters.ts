/**
 * Keeps a stream's chunks from ending within a UTF-8 character, so that each of them can be read as text by itself: the
 * bytes of a character that has only begun (at most three) wait for its rest. What is not UTF-8 passes as it is.
 */
export class WholeCharacters {
  #begun = Buffer.alloc(0);

  /** Whether bytes wait for more. */
  get isHolding(): boolean {
    return this.#begun.length > 0;
  }

  /** What can go on of these bytes and those that waited; may be empty, and a view of `bytes`. */
  add(bytes: Buffer): Buffer {
    const all = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    const end = all.length - begunBytes(all);
    this.#begun = end === all.length ? Buffer.alloc(0) : Buffer.from(all.subarray(end));
    return all.subarray(0, end);
  }

  /** What waits: its rest does not come. */
  flush(): Buffer {
    const bytes = this.#begun;
    this.#begun = Buffer.alloc(0);
    return bytes;
  }
}

/** How many bytes at the end are the beginning of a character whose rest is missing. */
function begunBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80 || byte > 0xf4) return 0;
    if (byte >= 0xc2) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte >= 0xc0) return 0;
  }
  return 0; // three continuation bytes: the character is whole, or was never one
}
