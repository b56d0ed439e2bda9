import { types } from "node:util";
import { isObject } from "../values/find-property.ts";

const { getOwnPropertyNames, getPrototypeOf } = Object;
const { isArray } = Array;
const { isArrayBufferView, isProxy } = types;

/** Of an array whose indices would take their time. */
const mostIndices = 10_000;
const mostPrototypes = 100;

/** The names of the properties of a value, and with `all` of its prototypes; none of a proxy. Runs no code. */
export function propertyNames(value: unknown, which: "own" | "all"): ReadonlySet<string> {
  const names = new Set<string>();
  if (value === null || value === undefined) return names;
  let object: unknown = isObject(value) ? value : getPrototypeOf(value);
  for (let count = 0; isObject(object) && !isProxy(object) && count < mostPrototypes; count++) {
    if (!hasManyIndices(object)) for (const name of getOwnPropertyNames(object)) names.add(name);
    if (which === "own") break;
    object = getPrototypeOf(object);
  }
  return names;
}

function hasManyIndices(object: object): boolean {
  return isArray(object) ? object.length > mostIndices : isArrayBufferView(object);
}
