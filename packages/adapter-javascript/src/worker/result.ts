import type { MimeBundle } from "@holdfast/core";
import { inspect } from "./primordials.ts";
export function describeResult(value: unknown): { repr: string; value: never; valueTruncated: boolean; mime: MimeBundle } {
  const repr = inspect(value);
  return { repr, value: (typeof value === "number" ? value : repr) as never, valueTruncated: false, mime: { "text/plain": repr } };
}
export function displayBundle(value: unknown, isRaw: boolean): MimeBundle {
  return isRaw ? (value as MimeBundle) : { "text/plain": inspect(value) };
}
