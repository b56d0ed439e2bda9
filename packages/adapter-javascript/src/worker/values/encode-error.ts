import type { Value } from "@holdfast/core";
import type { EncodeBudget } from "./encode-budget.ts";
import { findProperty, textProperty } from "./find-property.ts";
import { typeName } from "./type-name.ts";

/** An error with its causes; of its other properties nothing. */
export function encodeError(
  error: Error,
  encode: (item: unknown, levels: number) => Value,
  budget: EncodeBudget,
): Value {
  const encoded: Record<string, Value> = {
    $type: "error",
    name: encode(errorName(error), 1),
    message: encode(textProperty(error, "message"), 1),
  };
  for (const key of ["cause", "errors"] as const) {
    const found = findProperty(error, key);
    if (found.kind === "value" && found.value !== undefined) {
      budget.items -= 1;
      encoded[key] = encode(found.value, 1);
    }
  }
  return encoded;
}

/** What an error calls itself; where it leaves that to `Error`, the name of its class. */
export function errorName(error: object): string {
  const name = textProperty(error, "name");
  if (name !== "" && name !== "Error") return name;
  const type = typeName(error);
  return type === "Object" ? "Error" : type; // Node's own errors have no class of a name
}
