import { ByteReader } from "./byte-reader.ts";
import type { CheckpointEnd, CheckpointHeader } from "./checkpoint.ts";
import { checkpointInvalid } from "./checkpoint-invalid.ts";
import type { CheckpointKeys } from "./checkpoint-key.ts";
import { dataTag, isTag } from "./seal-tags.ts";
import { bytesBehindPreamble, openEnd, openHeader } from "./sealed-ends.ts";
import {
  dataRecord,
  endRecord,
  maxDataBytes,
  maxEndBytes,
  preambleAt,
  recordHeadBytes,
  recordOverheadBytes,
  tagBytes,
  trailerBytes,
} from "./sealed-layout.ts";

/** A sealed checkpoint that is being read. */
export interface UnsealedCheckpoint {
  readonly header: CheckpointHeader;
  /**
   * The state, each piece authenticated before it is given. It throws `checkpoint_invalid` at the first that is not what
   * was written, also when the end is missing: only a stream that ends without that was whole. Returns the end.
   */
  readonly pieces: AsyncGenerator<Buffer, CheckpointEnd, void>;
}

/**
 * Reads a sealed checkpoint from any stream. Takes no more of it than is asked for, and leaves it when `pieces` is left.
 * @throws HoldfastError `checkpoint_invalid`
 */
export async function unsealCheckpoint(
  source: AsyncIterable<Uint8Array>,
  keys: CheckpointKeys,
): Promise<UnsealedCheckpoint> {
  const reader = new ByteReader(source);
  try {
    const preamble = await reader.read(preambleAt.end);
    const rest = await reader.read(bytesBehindPreamble(preamble));
    const { header, streamKey } = await openHeader(preamble, rest, keys);
    return { header, pieces: readPieces(reader, streamKey) };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function* readPieces(
  reader: ByteReader,
  streamKey: Buffer,
): AsyncGenerator<Buffer, CheckpointEnd, void> {
  let sizeBytes = 0;
  try {
    for (let records = 0; ; records++) {
      const { type, payload, tag } = await readRecord(reader);
      if (type === endRecord) {
        const end = openEnd(streamKey, payload, tag);
        if (end.records !== records || end.sizeBytes !== sizeBytes)
          throw checkpointInvalid("damaged", "parts of it are missing or come twice");
        await readTrailer(reader, payload.length);
        return end;
      }
      if (!isTag(tag, dataTag(streamKey, records, payload)))
        throw checkpointInvalid("damaged", `byte ${sizeBytes} or one soon after it was changed`);
      sizeBytes += payload.length;
      yield payload;
    }
  } finally {
    await reader.close();
  }
}

async function readRecord(
  reader: ByteReader,
): Promise<{ readonly type: number; readonly payload: Buffer; readonly tag: Buffer }> {
  const head = await reader.read(recordHeadBytes);
  if (head.length < recordHeadBytes) throw truncated();
  const type = head[0] ?? 0;
  const length = head.readUInt32BE(1);
  const limit = type === dataRecord ? maxDataBytes : type === endRecord ? maxEndBytes : -1;
  if (length > limit)
    throw checkpointInvalid("damaged", `a record of type ${type} and ${length} bytes`);
  const body = await reader.read(length + tagBytes);
  if (body.length < length + tagBytes) throw truncated();
  return { type, payload: body.subarray(0, length), tag: body.subarray(length) };
}

async function readTrailer(reader: ByteReader, endLength: number): Promise<void> {
  const trailer = await reader.read(trailerBytes);
  if (trailer.length < trailerBytes) throw truncated();
  if (trailer.readUInt32BE() !== endLength + recordOverheadBytes)
    throw checkpointInvalid("damaged", "its last bytes were changed");
  if ((await reader.read(1)).length > 0)
    throw checkpointInvalid("damaged", "something stands behind its end");
}

function truncated(): Error {
  return checkpointInvalid("truncated", "it ends before its end mark");
}
