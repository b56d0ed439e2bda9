import type { Variable } from "@holdfast/core";
import { types } from "node:util";
import { encodeValue } from "../values/encode-value.ts";
import { bytesOf } from "../values/encode-bytes.ts";
import type { Found } from "../values/find-property.ts";
import { safeInspect } from "../values/safe-inspect.ts";
import { typeName } from "../values/type-name.ts";
import { sayable } from "../values/wire-text.ts";
import { sourceOf } from "./source-of.ts";

const mostRepr = 1000;
const mostReprWithValue = 100_000;
const mostSource = 100_000;

/** A variable as the protocol has it. Calls what its value says of itself. */
export function describeVariable(name: string, found: Found, withValue: boolean): Variable {
  const shown = { name: sayable(name.slice(0, 1000)) };
  if (found.kind !== "value") {
    const unknown = { sizeBytes: null, source: null, value: null, valueTruncated: false };
    return { ...shown, type: "accessor", repr: "[Getter]", ...unknown };
  }
  const { value } = found;
  const repr = safeInspect(value);
  const encoded = withValue ? encodeValue(value) : { value: null, isTruncated: false };
  const isWhole = withValue && repr.length <= mostReprWithValue;
  const source = sourceOf(value);
  return {
    ...shown,
    type: sayable(typeName(value)),
    repr: sayable(isWhole ? repr : repr.slice(0, mostRepr)),
    sizeBytes: sizeOf(value),
    source: source === null ? null : sayable(source.slice(0, mostSource)),
    value: encoded.value,
    valueTruncated: encoded.isTruncated,
  };
}

/** Bytes of text, in UTF-8, and of buffers: of other things V8 does not tell. */
function sizeOf(value: unknown): number | null {
  if (typeof value === "string") return Buffer.byteLength(value);
  const hasBytes = types.isAnyArrayBuffer(value) || types.isArrayBufferView(value);
  return hasBytes ? bytesOf(value).length : null;
}
