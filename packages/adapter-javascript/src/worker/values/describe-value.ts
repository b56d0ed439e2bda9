import type { MimeBundle, Value } from "@holdfast/core";
import { withPristineRealm } from "../realm/pristine-realm.ts";
import { encodeValue } from "./encode-value.ts";
import { isObject } from "./find-property.ts";
import { offeredMime } from "./mime-bundle.ts";
import { safeInspect } from "./safe-inspect.ts";

/** As a `result` message has it. */
export interface DescribedValue {
  readonly repr: string;
  readonly value: Value;
  readonly valueTruncated: boolean;
  readonly mime: MimeBundle;
  /** What went wrong in display methods, one line each: to be printed on stderr. */
  readonly problems: readonly string[];
}

/** A result in all its forms. Calls what the value says of itself: `util.inspect.custom` and display methods. Throws nothing. */
export function describeValue(value: unknown): DescribedValue {
  return withPristineRealm(() => describe(value));
}

function describe(value: unknown): DescribedValue {
  const repr = safeInspect(value);
  const { value: encoded, isTruncated } = encodeValue(value);
  const { mime, problems } = isObject(value)
    ? offeredMime(value, repr)
    : { mime: { "text/plain": repr }, problems: [] };
  return { repr, value: encoded, valueTruncated: isTruncated, mime, problems };
}
