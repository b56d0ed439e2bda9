import { types } from "node:util";

const { isProxy } = types;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;

/** More than any class has above it; a proxy could go on for ever. */
const mostPrototypes = 1000;

export type Found =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "getter" }
  | { readonly kind: "none" };

/** A property of an object or its prototypes, without running any code: not a getter, not a proxy's trap. */
export function findProperty(holder: unknown, key: PropertyKey): Found {
  let object: unknown = isObject(holder) ? holder : prototypeOfPrimitive(holder);
  for (let count = 0; isObject(object) && !isProxy(object) && count < mostPrototypes; count++) {
    const found = getOwnPropertyDescriptor(object, key);
    if (found) return "value" in found ? { kind: "value", value: found.value } : { kind: "getter" };
    object = getPrototypeOf(object);
  }
  return { kind: "none" };
}

/** The function that a property is, if it is one. */
export function findMethod(
  holder: unknown,
  key: PropertyKey,
): ((...args: unknown[]) => unknown) | null {
  const found = findProperty(holder, key);
  return found.kind === "value" && typeof found.value === "function"
    ? (found.value as (...args: unknown[]) => unknown)
    : null;
}

/** A property that is text, without running any code; empty otherwise. */
export function textProperty(holder: unknown, key: PropertyKey): string {
  const found = findProperty(holder, key);
  return found.kind === "value" && typeof found.value === "string" ? found.value : "";
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function prototypeOfPrimitive(value: unknown): object | null {
  return value === null || value === undefined ? null : (getPrototypeOf(value) as object | null);
}
