import { crc32 } from "node:zlib";
import { CheckpointInvalid } from "./checkpoint-invalid.ts";

/*
 * The bytes of a checkpoint: a mark, then records in chunks, each chunk with its length and a checksum over all that came before.
 *
 *   "HOLDFAST-JS\x01" | uint32 BE length | uint32 BE CRC-32 | bytes ... | uint32 0 | uint32 CRC-32
 *
 * A record is a uint32 BE length and as many bytes, and may span chunks. What was damaged or cut short is noticed before it is
 * used. The checksum is against accidents: that nobody has made the bytes up is for the host to know.
 */

const mark = Buffer.from("HOLDFAST-JS\x01", "latin1");
const headerBytes = 8;
const mostChunkBytes = 1 << 20;
const mostRecordBytes = 256 * 1024 * 1024;

/** Records as pieces of a stream. Large ones are not copied. */
export function* writeRecords(records: Iterable<Uint8Array>): Generator<Uint8Array> {
  let checksum = crc32(mark);
  yield mark;
  for (const record of records) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(record.length);
    for (const part of [length, record]) {
      for (let at = 0; at < part.length; at += mostChunkBytes) {
        const chunk = part.subarray(at, at + mostChunkBytes);
        checksum = crc32(chunk, checksum);
        yield header(chunk.length, checksum);
        yield chunk;
      }
    }
  }
  yield header(0, checksum);
}

/** The records of a stream, each when it has been checked. @throws CheckpointInvalid */
export function* readRecords(pieces: Iterable<Uint8Array>): Generator<Buffer> {
  const bytes = new ByteReader(pieces);
  if (!bytes.take(mark.length).equals(mark)) {
    throw new CheckpointInvalid("it does not begin as a checkpoint of JavaScript");
  }
  let checksum = crc32(mark);
  let parts: Buffer[] = [];
  let held = 0;
  for (;;) {
    const head = bytes.take(headerBytes);
    const size = head.readUInt32BE(0);
    if (size > mostChunkBytes) throw new CheckpointInvalid("it is damaged");
    const chunk = bytes.take(size);
    checksum = crc32(chunk, checksum);
    if (checksum !== head.readUInt32BE(4)) throw new CheckpointInvalid("it is damaged");
    if (size === 0) break;
    parts.push(chunk);
    held += size;
    for (
      let record = firstRecord(parts, held);
      record !== null;
      record = firstRecord(parts, held)
    ) {
      yield record.bytes;
      parts = record.rest.length === 0 ? [] : [record.rest];
      held = record.rest.length;
    }
  }
  if (held > 0) throw new CheckpointInvalid("it is cut short");
  bytes.checkEnd();
}

function firstRecord(
  parts: readonly Buffer[],
  held: number,
): { readonly bytes: Buffer; readonly rest: Buffer } | null {
  if (held < 4) return null;
  const first = parts[0] as Buffer;
  const length = (first.length >= 4 ? first : Buffer.concat(parts, held)).readUInt32BE(0);
  if (length > mostRecordBytes) throw new CheckpointInvalid("it is damaged");
  if (held < 4 + length) return null;
  const whole = parts.length === 1 ? first : Buffer.concat(parts, held);
  return { bytes: whole.subarray(4, 4 + length), rest: whole.subarray(4 + length) };
}

function header(size: number, checksum: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt32BE(size, 0);
  bytes.writeUInt32BE(checksum, 4);
  return bytes;
}

/** Takes as many bytes as are asked for from pieces of any size. */
class ByteReader {
  readonly #pieces: Iterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();

  constructor(pieces: Iterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.iterator]();
  }

  /** @throws CheckpointInvalid where there are fewer */
  take(count: number): Buffer {
    const taken = Buffer.alloc(count);
    let at = 0;
    while (at < count) {
      if (!this.#fill()) throw new CheckpointInvalid("it is cut short");
      const part = this.#piece.subarray(0, count - at);
      taken.set(part, at);
      this.#piece = this.#piece.subarray(part.length);
      at += part.length;
    }
    return taken;
  }

  checkEnd(): void {
    if (this.#fill()) throw new CheckpointInvalid("something comes after its end");
  }

  /** Whether there is a byte to take. */
  #fill(): boolean {
    while (this.#piece.length === 0) {
      const { value, done } = this.#pieces.next();
      if (done === true) return false;
      this.#piece = value;
    }
    return true;
  }
}
