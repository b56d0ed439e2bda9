const headerBytes = 5;
const flagMore = 1;

// A map whose first entry is `type: "interrupt"`, as hosts of ours write it.
const interrupt = Buffer.concat([
  Buffer.from([0x82, 0xa4]),
  Buffer.from("type"),
  Buffer.from([0xa9]),
  Buffer.from("interrupt"),
]);

/**
 * Finds interrupts among the messages to a worker without decoding the others: they are for code that runs, and so reads
 * no messages itself. See docs/protocol.md for the bytes.
 */
export class InterruptScanner {
  /** The beginning of the frame: its header, and as much of its payload as it takes to tell. */
  readonly #head = Buffer.alloc(headerBytes + interrupt.length);
  #headLength = 0;
  /** Payload bytes of the frame that are still to come. */
  #missing = 0;
  #isContinued = false;

  /** Whether this chunk brings an interrupt. */
  scan(chunk: Uint8Array): boolean {
    let found = false;
    let at = 0;
    while (at < chunk.length) {
      if (this.#headLength < headerBytes) {
        this.#head[this.#headLength++] = chunk[at++] as number;
        if (this.#headLength === headerBytes) this.#missing = this.#head.readUInt32BE(0);
      } else {
        const piece = chunk.subarray(at, at + this.#missing);
        this.#headLength += Buffer.from(piece.buffer, piece.byteOffset, piece.length).copy(
          this.#head,
          this.#headLength,
        );
        at += piece.length;
        this.#missing -= piece.length;
      }
      if (this.#headLength >= headerBytes && this.#missing === 0) found = this.#end() || found;
    }
    return found;
  }

  #end(): boolean {
    const goesOn = ((this.#head[headerBytes - 1] as number) & flagMore) !== 0;
    const isWhole = !this.#isContinued && !goesOn;
    const isInterrupt =
      isWhole && this.#head.subarray(headerBytes, this.#headLength).equals(interrupt);
    this.#isContinued = goesOn;
    this.#headLength = 0;
    return isInterrupt;
  }
}
