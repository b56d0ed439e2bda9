import type { z } from "zod";
import {
  type CheckpointEnd,
  type CheckpointHeader,
  checkpointEndSchema,
  checkpointHeaderSchema,
} from "./checkpoint.ts";
import { checkpointInvalid } from "./checkpoint-invalid.ts";
import type { CheckpointKeys } from "./checkpoint-key.ts";
import { endTag, headerTag, isTag, streamKeyOf } from "./seal-tags.ts";
import {
  formatVersion,
  keyIdBytes,
  magic,
  maxHeaderBytes,
  preambleAt,
  tagBytes,
} from "./sealed-layout.ts";

/** A header that is authentic. */
export interface OpenedHeader {
  readonly header: CheckpointHeader;
  /** Of the records behind it. */
  readonly streamKey: Buffer;
}

/**
 * What comes behind the preamble: header and tag together.
 * @throws HoldfastError `checkpoint_invalid`
 */
export function bytesBehindPreamble(preamble: Buffer): number {
  const start = preamble.subarray(0, magic.length);
  if (!start.equals(magic.subarray(0, start.length)))
    throw checkpointInvalid("damaged", "the bytes are not those of a checkpoint");
  const version = preamble[preambleAt.version];
  if (version !== undefined && version !== formatVersion) {
    throw checkpointInvalid(
      "unsupported_version",
      `its format has version ${version}, this is written for ${formatVersion}`,
      { received: version, allowed: formatVersion },
    );
  }
  if (preamble.length < preambleAt.end)
    throw checkpointInvalid("truncated", `it has ${preamble.length} bytes`);
  const length = preamble.readUInt32BE(preambleAt.headerLength);
  if (length > maxHeaderBytes) {
    throw checkpointInvalid(
      "damaged",
      `its header of ${length} bytes is over the limit of ${maxHeaderBytes}`,
    );
  }
  return length + tagBytes;
}

/**
 * Authenticates a header, and only then looks into it.
 * @param rest as many bytes as {@link bytesBehindPreamble} says
 * @throws HoldfastError `checkpoint_invalid`
 */
export async function openHeader(
  preamble: Buffer,
  rest: Buffer,
  keys: CheckpointKeys,
): Promise<OpenedHeader> {
  if (rest.length < bytesBehindPreamble(preamble))
    throw checkpointInvalid("truncated", "it ends within its header");
  const keyId = preamble.subarray(preambleAt.keyId, preambleAt.keyId + keyIdBytes);
  const key = await keys.find(keyId);
  if (key === null) {
    throw checkpointInvalid(
      "foreign_key",
      `it was sealed with key ${keyId.toString("hex")}, which is not one of ours`,
      { keyId: keyId.toString("hex") },
    );
  }
  const json = rest.subarray(0, -tagBytes);
  const streamKey = streamKeyOf(key, Buffer.concat([preamble, json]));
  if (!isTag(rest.subarray(-tagBytes), headerTag(streamKey)))
    throw checkpointInvalid("damaged", "its header is not what was written");
  return { header: parsed(checkpointHeaderSchema, json, "header"), streamKey };
}

/** @throws HoldfastError `checkpoint_invalid` */
export function openEnd(streamKey: Buffer, payload: Buffer, tag: Buffer): CheckpointEnd {
  if (!isTag(tag, endTag(streamKey, payload)))
    throw checkpointInvalid("damaged", "its end is not what was written");
  return parsed(checkpointEndSchema, payload, "end");
}

// What is authentic was written by us; if not by this version, the version should have said so.
function parsed<T extends z.ZodType>(schema: T, json: Buffer, what: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(json.toString("utf8")));
  } catch {
    throw checkpointInvalid("unsupported_version", `its ${what} lacks what this version needs`);
  }
}
