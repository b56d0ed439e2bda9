import type { FileHandle } from "node:fs/promises";
import type { Checkpoint } from "./checkpoint.ts";
import { checkpointInvalid } from "./checkpoint-invalid.ts";
import type { CheckpointKeys } from "./checkpoint-key.ts";
import { bytesBehindPreamble, openEnd, openHeader } from "./sealed-ends.ts";
import {
  endRecord,
  maxDataBytes,
  maxEndBytes,
  preambleAt,
  recordHeadBytes,
  recordOverheadBytes,
  tagBytes,
  trailerBytes,
} from "./sealed-layout.ts";

/**
 * What a file says of itself in its header and its end, both authentic, without the state between them. That this is as
 * long as they say is checked, so a file that was cut or grew is refused here.
 * @throws HoldfastError `checkpoint_invalid`
 */
export async function readSealedEnds(file: FileHandle, keys: CheckpointKeys): Promise<Checkpoint> {
  const { size } = await file.stat();
  const preamble = await readAt(file, 0, preambleAt.end);
  const rest = await readAt(file, preambleAt.end, bytesBehindPreamble(preamble));
  const { header, streamKey } = await openHeader(preamble, rest, keys);
  const start = preamble.length + rest.length;
  const trailer = await readAt(file, Math.max(start, size - trailerBytes), trailerBytes);
  const endLength = trailer.length === trailerBytes ? trailer.readUInt32BE() : 0;
  const isPossible =
    endLength >= recordOverheadBytes &&
    endLength <= maxEndBytes + recordOverheadBytes &&
    start + endLength + trailerBytes <= size;
  if (!isPossible) throw notWhole();
  const record = await readAt(file, size - trailerBytes - endLength, endLength);
  const payload = record.subarray(recordHeadBytes, -tagBytes);
  if (record[0] !== endRecord || record.readUInt32BE(1) !== payload.length) throw notWhole();
  const { records, ...end } = openEnd(streamKey, payload, record.subarray(-tagBytes));
  const whole = start + end.sizeBytes + records * recordOverheadBytes + endLength + trailerBytes;
  if (size !== whole)
    throw checkpointInvalid("damaged", `it has ${size} bytes, ${whole} were written`);
  return { ...header, ...end };
}

/** A file from its beginning, as it is read. Each chunk is valid until the next; the file stays open. */
export async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array, void, void> {
  const buffer = Buffer.allocUnsafe(2 * maxDataBytes);
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

// Which of the two it is, nobody can tell: what stands at the end of a file that was cut is part of its state.
function notWhole(): Error {
  return checkpointInvalid(
    "truncated",
    "it does not end as it was written, most likely it was cut",
  );
}
