import { createHmac } from "node:crypto";
import { keyIdBytes } from "./sealed-layout.ts";

/** Bytes of a key. */
export const checkpointKeyBytes = 32;

/** What checkpoints are sealed with. */
export interface CheckpointKey {
  /** 8 bytes that name the key and tell nothing about it. */
  readonly id: Buffer;
  readonly secret: Buffer;
}

/** The keys that are ours. */
export interface CheckpointKeys {
  /** Seals what is written from now on. */
  readonly current: CheckpointKey;
  /** The key of that id, `null` when it is not ours. */
  find(id: Uint8Array): Promise<CheckpointKey | null>;
}

/** A key of 32 random bytes; its id follows from them. */
export function checkpointKey(secret: Uint8Array): CheckpointKey {
  const id = createHmac("sha256", secret).update("holdfast checkpoint key id").digest();
  return { id: id.subarray(0, keyIdBytes), secret: Buffer.from(secret) };
}
