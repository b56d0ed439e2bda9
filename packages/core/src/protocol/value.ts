import { z } from "zod";

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

/** Whether something is made of what {@link Value} allows. The depth is bounded by the decoder. */
export function isValue(value: unknown): value is Value {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isValue);
      if (value instanceof Uint8Array) return false;
      return Object.values(value).every(isValue);
    default:
      return false;
  }
}
