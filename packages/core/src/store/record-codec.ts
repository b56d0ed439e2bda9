import type { z } from "zod";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { packValue, unpackValue } from "../protocol/message-codec.ts";

// A record holds what messages brought, somewhat deeper and all of it together.
const limits = { maxDepth: 80, maxItems: 10_000_000 } as const;

/** A record as a store keeps it: msgpack. The bytes are the caller's own. */
export function encodeRecord(record: object): Uint8Array {
  return packValue(record);
}

/**
 * The record that these bytes are. What the schema does not know is dropped.
 * @param what names the row, for the message
 * @throws HoldfastError `store_invalid` that names the row and the first field that is missing or wrong
 */
export function decodeRecord<Schema extends z.ZodType>(
  bytes: unknown,
  schema: Schema,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(unpacked(bytes, what));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") ?? "";
  throw damagedRow(
    what,
    `${path === "" ? "" : `field ${path}: `}${issue?.message ?? "invalid"}`,
    parsed.error,
  );
}

/** @returns the error for a row that cannot be read */
export function damagedRow(what: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: "store_invalid",
    message: `stored ${what} cannot be read: ${why}`,
    details: { row: what },
    cause,
  });
}

function unpacked(bytes: unknown, what: string): unknown {
  if (!(bytes instanceof Uint8Array))
    throw damagedRow(what, `received ${typeof bytes}, allowed bytes`);
  try {
    return unpackValue(bytes, limits);
  } catch (cause) {
    throw damagedRow(what, "it is no msgpack", cause);
  }
}
