import { types } from "node:util";
import { bytesOf } from "../values/encode-bytes.ts";
import { isObject } from "../values/find-property.ts";
import { accessorOf, uncurried } from "../realm/uncurried.ts";

const { isAnyArrayBuffer, isArrayBufferView, isDate, isMap, isProxy, isSet } = types;
const { getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;
const { isArray } = Array;
const forEachEntry = uncurried<void>(Map.prototype, "forEach");
const forEachItem = uncurried<void>(Set.prototype, "forEach");
const getTime = uncurried<number>(Date.prototype, "getTime");

/** Looked at in one variable. */
const mostItems = 10_000;
const mostDepth = 4;

/** Something that is the same as long as nothing has changed that is seen here: the first items, keys and properties. */
export function look(value: unknown): readonly unknown[] {
  const seen: unknown[] = [];
  collect(value, seen, 0);
  return seen;
}

export function isSameLook(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => Object.is(item, other[index]));
}

function collect(value: unknown, seen: unknown[], depth: number): void {
  seen.push(value);
  if (!isObject(value) || isProxy(value) || depth === mostDepth || seen.length > mostItems) return;
  const add = (item: unknown) => {
    if (seen.length <= mostItems) collect(item, seen, depth + 1);
  };
  if (isMap(value)) {
    forEachEntry(value, (item: unknown, key: unknown) => (add(key), add(item)));
  } else if (isSet(value)) {
    forEachItem(value, add);
  } else if (isDate(value)) {
    seen.push(getTime(value));
  } else if (isAnyArrayBuffer(value) || isArrayBufferView(value)) {
    seen.push(bytesOf(value).toString("latin1", 0, mostItems));
    return; // its keys are its bytes
  } else if (isArray(value)) {
    seen.push(value.length);
    for (let index = 0; index < value.length && index <= mostItems; index++) {
      add(propertyOf(value, index));
    }
    return;
  }
  for (const key of ownKeys(value).slice(0, mostItems)) {
    seen.push(key);
    add(propertyOf(value, key));
  }
}

/** The value of a property, or its getter. */
function propertyOf(holder: object, key: PropertyKey): unknown {
  const found = getOwnPropertyDescriptor(holder, key);
  if (found === undefined || "value" in found) return found?.value;
  return accessorOf(found).get;
}
