import { HoldfastError } from "../errors/holdfast-error.ts";

/** Bounds of {@link scanMsgpack}. */
export interface MsgpackLimits {
  /** @default 64 */
  readonly maxDepth?: number;
  /** Items of all arrays and maps together. @default 1_000_000 */
  readonly maxItems?: number;
}

/**
 * Walks a msgpack value without building anything, so that a decoder can be given only what it can take: one value and
 * nothing after it, nested and filled no more than allowed, every length covered by bytes that are there, map keys that
 * are text and stand once, valid UTF-8, no extensions and no 0xc1.
 * @throws HoldfastError `message_invalid`
 */
export function scanMsgpack(bytes: Uint8Array, limits: MsgpackLimits = {}): void {
  new Scanner(bytes, limits).scan();
}

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #maxDepth: number;
  #itemsLeft: number;
  #at = 0;

  constructor(bytes: Uint8Array, { maxDepth = 64, maxItems = 1_000_000 }: MsgpackLimits) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = maxDepth;
    this.#itemsLeft = maxItems;
  }

  scan(): void {
    this.#value(0);
    if (this.#at !== this.#bytes.length) {
      this.#fail(`${this.#bytes.length - this.#at} bytes after the end of the value`);
    }
  }

  #value(depth: number): void {
    const head = this.#byte();
    if (head < 0x80 || head >= 0xe0) return;
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#array(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    switch (head) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return;
      case 0xc4:
        return this.#skip(this.#length(1));
      case 0xc5:
        return this.#skip(this.#length(2));
      case 0xc6:
        return this.#skip(this.#length(4));
      case 0xca:
      case 0xce:
      case 0xd2:
        return this.#skip(4);
      case 0xcb:
      case 0xcf:
      case 0xd3:
        return this.#skip(8);
      case 0xcc:
      case 0xd0:
        return this.#skip(1);
      case 0xcd:
      case 0xd1:
        return this.#skip(2);
      case 0xd9:
        return this.#text(this.#length(1));
      case 0xda:
        return this.#text(this.#length(2));
      case 0xdb:
        return this.#text(this.#length(4));
      case 0xdc:
        return this.#array(this.#length(2), depth);
      case 0xdd:
        return this.#array(this.#length(4), depth);
      case 0xde:
        return this.#map(this.#length(2), depth);
      case 0xdf:
        return this.#map(this.#length(4), depth);
      default:
        this.#fail(`type byte 0x${head.toString(16)} (extensions and 0xc1 are not allowed)`);
    }
  }

  #array(count: number, depth: number): void {
    this.#enter(count, depth);
    for (let i = 0; i < count; i++) this.#value(depth + 1);
  }

  #map(count: number, depth: number): void {
    this.#enter(count * 2, depth);
    const keys = count > 1 ? new Set<string>() : null;
    for (let i = 0; i < count; i++) {
      const key = this.#key();
      if (keys?.has(key)) this.#fail(`key ${JSON.stringify(key)} stands twice in a map`);
      keys?.add(key);
      this.#value(depth + 1);
    }
  }

  #key(): string {
    const head = this.#byte();
    if (head >= 0xa0 && head < 0xc0) return this.#readText(head & 0x1f);
    if (head === 0xd9) return this.#readText(this.#length(1));
    if (head === 0xda) return this.#readText(this.#length(2));
    if (head === 0xdb) return this.#readText(this.#length(4));
    return this.#fail("a map key that is not text");
  }

  #enter(items: number, depth: number): void {
    if (depth >= this.#maxDepth) this.#fail(`nesting deeper than ${this.#maxDepth}`);
    // Each item takes at least one byte, so a count that is larger than what is left is a lie.
    if (items > this.#bytes.length - this.#at)
      this.#fail(`a count of ${items} items, ${this.#bytes.length - this.#at} bytes left`);
    this.#itemsLeft -= items;
    if (this.#itemsLeft < 0) this.#fail("too many items");
  }

  #text(length: number): void {
    const start = this.#at;
    this.#skip(length);
    for (let i = start; i < this.#at; i++) {
      if ((this.#bytes[i] as number) >= 0x80) return this.#checkUtf8(start, this.#at);
    }
  }

  #readText(length: number): string {
    const start = this.#at;
    this.#text(length);
    return utf8.decode(this.#bytes.subarray(start, this.#at));
  }

  #checkUtf8(start: number, end: number): void {
    try {
      utf8.decode(this.#bytes.subarray(start, end));
    } catch {
      this.#fail("text that is not UTF-8");
    }
  }

  #byte(): number {
    return this.#at < this.#bytes.length
      ? (this.#bytes[this.#at++] as number)
      : this.#fail("the value is cut short");
  }

  #length(size: 1 | 2 | 4): number {
    if (this.#bytes.length - this.#at < size) this.#fail("the value is cut short");
    const at = this.#at;
    this.#at += size;
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#at) {
      this.#fail(`a length of ${length} bytes, ${this.#bytes.length - this.#at} left`);
    }
    this.#at += length;
  }

  #fail(what: string): never {
    throw new HoldfastError({
      code: "message_invalid",
      message: `message: ${what} (at byte ${this.#at} of ${this.#bytes.length})`,
      details: { offset: this.#at, bytes: this.#bytes.length },
    });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
