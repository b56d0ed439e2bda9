import { createHmac, timingSafeEqual } from "node:crypto";
import type { CheckpointKey } from "./checkpoint-key.ts";
import { dataRecord, endRecord, recordHeadBytes } from "./sealed-layout.ts";

/** The key of one stream. @param start everything in front of the header's tag */
export function streamKeyOf({ secret }: CheckpointKey, start: Uint8Array): Buffer {
  return createHmac("sha256", secret).update("holdfast checkpoint stream").update(start).digest();
}

export function headerTag(streamKey: Buffer): Buffer {
  return createHmac("sha256", streamKey).update("H").digest();
}

export function dataTag(streamKey: Buffer, index: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(recordHeadBytes + 4);
  head[0] = dataRecord;
  head.writeUInt32BE(index, 1);
  head.writeUInt32BE(payload.length, 5);
  return createHmac("sha256", streamKey).update(head).update(payload).digest();
}

export function endTag(streamKey: Buffer, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(recordHeadBytes);
  head[0] = endRecord;
  head.writeUInt32BE(payload.length, 1);
  return createHmac("sha256", streamKey).update(head).update(payload).digest();
}

/** Compares in constant time: how much of a tag was right is nobody's business. */
export function isTag(received: Uint8Array, expected: Buffer): boolean {
  return received.length === expected.length && timingSafeEqual(received, expected);
}
