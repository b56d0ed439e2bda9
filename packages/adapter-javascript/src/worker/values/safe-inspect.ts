import { inspect, type InspectOptions } from "node:util";
import { withPristineRealm } from "../realm/pristine-realm.ts";
import { textProperty } from "./find-property.ts";
import { typeName } from "./type-name.ts";
import { cut } from "./wire-text.ts";

/** Characters of one `repr`. */
export const mostReprCharacters = 1024 * 1024;

const options: InspectOptions = {
  depth: 4,
  maxArrayLength: 100,
  maxStringLength: 100_000,
  breakLength: 80,
  getters: false,
  showProxy: false,
};

/**
 * What `console.log` would show of a value, bounded, never empty. Runs no getter and no proxy, but what a class says of itself by
 * `util.inspect.custom`; where that throws, the value is shown without it.
 */
export function safeInspect(value: unknown, limit: number = mostReprCharacters): string {
  return withPristineRealm(() => inspectBounded(value, limit));
}

function inspectBounded(value: unknown, limit: number): string {
  try {
    return cut(inspect(value, options), limit) || "''";
  } catch (error) {
    return inspectPlainly(value, error, limit);
  }
}

function inspectPlainly(value: unknown, reason: unknown, limit: number): string {
  const note = `[${typeName(value)}: its inspection threw ${describeThrown(reason)}]`;
  try {
    return cut(`${inspect(value, { ...options, customInspect: false })} ${note}`, limit);
  } catch {
    return note;
  }
}

/** What was thrown, in one line, without calling any code of the user's. */
export function describeThrown(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return cut(String(thrown), 200);
  const text = textProperty(thrown, "message");
  return cut(text === "" ? typeName(thrown) : `${typeName(thrown)}: ${text}`, 200);
}
