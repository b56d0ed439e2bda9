import { HoldfastError } from "../errors/holdfast-error.ts";
import {
  defaultMaxFrameBytes,
  defaultMaxMessageBytes,
  frameFlagMore,
  frameHeaderBytes,
} from "./frame-layout.ts";

/** Bounds of a {@link FrameDecoder}. */
export interface FrameDecoderOptions {
  /** Largest payload of a frame. @default 16 MiB */
  readonly maxFrameBytes?: number;
  /** Largest message, all its frames together. @default 256 MiB */
  readonly maxMessageBytes?: number;
}

// A view keeps the whole chunk alive it was cut from; below this the copy is cheaper than what it would hold on to.
const smallPieceBytes = 4096;

/**
 * Turns any split of a stream of bytes into messages. A payload that lies within one chunk is a view of it; one that
 * spans chunks is copied once, when its last byte is there (but for pieces under 4 KiB). Memory grows with the bytes that came, never with a length that was declared.
 *
 * Once broken it stays broken: what follows a bad frame cannot be trusted to be a frame.
 */
export class FrameDecoder {
  readonly #maxFrameBytes: number;
  readonly #maxMessageBytes: number;
  /** The frame's header, as far as it came. */
  readonly #header = Buffer.alloc(frameHeaderBytes);
  #headerLength = 0;
  /** Payload bytes of the frame that are still to come. */
  #missing = 0;
  #isLast = true;
  /** Pieces of the message so far. */
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  /** Where small pieces are copied to. */
  #block = Buffer.alloc(0);
  #blockLength = 0;
  #error: HoldfastError | null = null;

  constructor({
    maxFrameBytes = defaultMaxFrameBytes,
    maxMessageBytes = defaultMaxMessageBytes,
  }: FrameDecoderOptions = {}) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Bytes of a message that is not whole yet. 0: the stream may end here. */
  get pendingBytes(): number {
    return this.#headerLength + this.#pieceBytes;
  }

  /**
   * Takes the next chunk and calls `onMessage` for each message that it completes. The bytes given may be a view of
   * the chunk.
   * @throws HoldfastError `frame_too_large`, `frame_invalid`; the same again from then on
   */
  decode(chunk: Uint8Array, onMessage: (message: Uint8Array) => void): void {
    if (this.#error !== null) throw this.#error;
    let at = 0;
    for (;;) {
      if (this.#headerLength < frameHeaderBytes) {
        const take = Math.min(frameHeaderBytes - this.#headerLength, chunk.length - at);
        this.#header.set(chunk.subarray(at, at + take), this.#headerLength);
        this.#headerLength += take;
        at += take;
        if (this.#headerLength < frameHeaderBytes) return;
        this.#readHeader();
      }
      const take = Math.min(this.#missing, chunk.length - at);
      if (take > 0) {
        this.#add(chunk.subarray(at, at + take), take === this.#missing && this.#isLast);
        this.#missing -= take;
        at += take;
      }
      if (this.#missing > 0) return;
      this.#headerLength = 0;
      if (this.#isLast) onMessage(this.#join());
    }
  }

  #readHeader(): void {
    const length = this.#header.readUInt32BE(0);
    const flags = this.#header.readUInt8(4);
    if ((flags & ~frameFlagMore) !== 0) {
      this.#break("frame_invalid", `frame: flags 0x${flags.toString(16)}, known is 0x1`, { flags });
    }
    if (length > this.#maxFrameBytes) {
      this.#break(
        "frame_too_large",
        `frame: limit ${this.#maxFrameBytes} bytes, received ${length}`,
        {
          limit: this.#maxFrameBytes,
          received: length,
        },
      );
    }
    const total = this.#pieceBytes + length;
    if (total > this.#maxMessageBytes) {
      this.#break(
        "frame_too_large",
        `message: limit ${this.#maxMessageBytes} bytes, received ${total} or more`,
        {
          limit: this.#maxMessageBytes,
          received: total,
        },
      );
    }
    this.#missing = length;
    this.#isLast = (flags & frameFlagMore) === 0;
    // Frames that carry nothing but "more" would cost us work without end.
    if (!this.#isLast && length === 0) {
      this.#break("frame_invalid", "frame: it is empty and says that more follows", { length });
    }
  }

  #add(piece: Uint8Array, completes: boolean): void {
    this.#pieceBytes += piece.length;
    if (completes || piece.length >= smallPieceBytes) {
      this.#pieces.push(piece);
      return;
    }
    if (this.#block.length - this.#blockLength < piece.length) {
      this.#block = Buffer.allocUnsafeSlow(16 * smallPieceBytes);
      this.#blockLength = 0;
    }
    this.#block.set(piece, this.#blockLength);
    const copy = this.#block.subarray(this.#blockLength, this.#blockLength + piece.length);
    this.#blockLength += piece.length;
    const last = this.#pieces.at(-1);
    // Neighbours in the same block become one piece, so a message sent byte by byte is not a million pieces.
    if (
      last !== undefined &&
      last.buffer === copy.buffer &&
      last.byteOffset + last.length === copy.byteOffset
    ) {
      this.#pieces[this.#pieces.length - 1] = this.#block.subarray(
        last.byteOffset - this.#block.byteOffset,
        this.#blockLength,
      );
    } else {
      this.#pieces.push(copy);
    }
  }

  #join(): Uint8Array {
    const [only = new Uint8Array()] = this.#pieces;
    const message = this.#pieces.length <= 1 ? only : Buffer.concat(this.#pieces, this.#pieceBytes);
    this.#pieces = [];
    this.#pieceBytes = 0;
    return message;
  }

  #break(
    code: "frame_too_large" | "frame_invalid",
    message: string,
    details: Record<string, unknown>,
  ): never {
    this.#error = new HoldfastError({ code, message, details });
    this.#pieces = [];
    throw this.#error;
  }
}
