import { z } from "zod";
import { HoldfastError } from "../errors/holdfast-error.ts";

/**
 * A value of a session's language. What JSON can say stands for itself (integers within ±(2^53-1)); all else is a map
 * with `$type` that says what it is; what cannot be represented is `{"$type": "unrepresentable", "repr": …}`.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value };

// Checked by hand: a recursive Zod schema costs more than the whole execution on large values.
export const valueSchema = z
  .custom<Value>((value) => isValue(value), { error: "not a value of the protocol" })
  .meta({
    id: "Value",
    description: 'JSON, or a tagged map such as {"$type": "tuple", "items": []}',
  });

/** Levels that a value may have which is sent to a worker: a decoder takes 64, with those of the message around it. */
const maxSentDepth = 60;

/** Whether something is made of what {@link Value} allows, no deeper than that: 64 is what a decoder takes. */
export function isValue(value: unknown, maxDepth = 64): value is Value {
  return isWithin(value, maxDepth);
}

function isWithin(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value === null) return true;
      if (depth === 0 || value instanceof Uint8Array) return false;
      return (Array.isArray(value) ? value : Object.values(value)).every((one) =>
        isWithin(one, depth - 1),
      );
    default:
      return false;
  }
}

/** @throws HoldfastError `invalid_request` for what no worker would take */
export function checkSent(name: string, value: unknown): void {
  if (isValue(value, maxSentDepth)) return;
  throw new HoldfastError({
    code: "invalid_request",
    message: `variable ${name.slice(0, 100)}: received what no variable can be set to, allowed JSON and tagged maps of ${maxSentDepth} levels`,
    details: { variable: name.slice(0, 100), maxDepth: maxSentDepth },
  });
}
