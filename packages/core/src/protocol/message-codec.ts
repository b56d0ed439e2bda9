import { FLOAT32_OPTIONS, Packr, Unpackr } from "msgpackr/pack";
import type { z } from "zod";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { type MsgpackLimits, scanMsgpack } from "./scan-msgpack.ts";

const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  encodeUndefinedAsNil: true,
  useFloat32: FLOAT32_OPTIONS.NEVER,
});
// "auto": a number where it is exact, else a bigint. The types do not know it yet.
const unpackr = new Unpackr({ useRecords: false, int64AsType: "auto" as "number" });

/** A message as msgpack: plain maps with text keys. The bytes are the caller's own. */
export function packMessage(message: { readonly type: string }): Uint8Array {
  return packValue(message);
}

/** Plain data as msgpack, likewise. */
export function packValue(value: unknown): Uint8Array {
  return packr.pack(value);
}

/** The plain data that these bytes are, unchecked. Byte strings in it may be views. @throws HoldfastError `message_invalid` */
export function unpackValue(bytes: Uint8Array, limits: MsgpackLimits = {}): unknown {
  scanMsgpack(bytes, limits);
  return unpackr.unpack(bytes);
}

/**
 * The message that these bytes are. What the schema does not know is dropped. Byte strings in it may be views of `bytes`.
 * @throws HoldfastError `message_invalid` that names the first field that is missing or wrong
 */
export function unpackMessage<Schema extends z.ZodType>(
  bytes: Uint8Array,
  schema: Schema,
): z.output<Schema> {
  const value = unpackValue(bytes);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") ?? "";
  throw new HoldfastError({
    code: "message_invalid",
    message: `message ${typeOf(value)}: ${path === "" ? "" : `field ${path}: `}${issue?.message ?? "invalid"}`,
    details: { type: typeOf(value), path },
    cause: parsed.error,
  });
}

function typeOf(value: unknown): string {
  const type =
    typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  return typeof type === "string" ? type.slice(0, 64) : "without a type";
}
