import { allocate, bytesSet, bytesSubarray } from "../primordials.ts";

const headerBytes = 5;
const moreFollows = 1;
const maxMessageBytes = 256 * 1024 * 1024;

/** Messages out of a stream of bytes, in pieces of any size. The layout is in docs/protocol.md. */
export class FrameDecoder {
  #maxFrameBytes = 16 * 1024 * 1024;
  #held: Uint8Array = allocate(64 * 1024);
  #length = 0;
  /** Of what is held, the bytes of the frame that was looked at last. */
  #done = 0;
  /** Frames of a message that goes on. */
  #message: Uint8Array | null = null;

  limitFrames(maxFrameBytes: number): void {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Whether no message has begun to come. */
  get isEmpty(): boolean {
    return this.#length === this.#done && this.#message === null;
  }

  /** Keeps a copy of what came. */
  append(bytes: Uint8Array): void {
    this.#drop();
    const needed = this.#length + bytes.byteLength;
    if (needed > this.#held.byteLength) {
      const larger = allocate(Math.max(needed, this.#held.byteLength * 2));
      bytesSet(larger, bytesSubarray(this.#held, 0, this.#length), 0);
      this.#held = larger;
    }
    bytesSet(this.#held, bytes, this.#length);
    this.#length = needed;
  }

  /**
   * The next whole message, its bytes valid until the next call; `null` when there is none yet.
   * @throws Error for a stream that is broken
   */
  next(): Uint8Array | null {
    this.#drop();
    while (this.#length >= headerBytes) {
      const held = this.#held;
      const size =
        (held[0] as number) * 0x1000000 +
        (((held[1] as number) << 16) | ((held[2] as number) << 8) | (held[3] as number));
      const flags = held[4] as number;
      if (size > this.#maxFrameBytes || flags > moreFollows || (size === 0 && flags !== 0))
        throw new Error(`a frame of ${size} bytes with flags ${flags}`);
      if (this.#length < headerBytes + size) return null;
      this.#done = headerBytes + size;
      const message = this.#extended(bytesSubarray(held, headerBytes, this.#done), flags);
      this.#message = flags === moreFollows ? message : null;
      if (flags !== moreFollows) return message;
      this.#drop();
    }
    return null;
  }

  #extended(part: Uint8Array, flags: number): Uint8Array {
    const before = this.#message?.byteLength ?? 0;
    if (before + part.byteLength > maxMessageBytes) throw new Error("a message over 256 MiB");
    if (before === 0 && flags !== moreFollows) return part;
    const whole = allocate(before + part.byteLength);
    if (this.#message !== null) bytesSet(whole, this.#message, 0);
    bytesSet(whole, part, before);
    return whole;
  }

  #drop(): void {
    const count = this.#done;
    if (count === 0) return;
    this.#done = 0;
    if (this.#length > count) this.#held.copyWithin(0, count, this.#length);
    this.#length -= count;
    if (this.#held.byteLength > 1 << 20 && this.#length < 1 << 16) {
      const smaller = allocate(1 << 16);
      bytesSet(smaller, bytesSubarray(this.#held, 0, this.#length), 0);
      this.#held = smaller;
    }
  }
}
