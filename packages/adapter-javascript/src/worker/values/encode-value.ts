import { types } from "node:util";
import type { Value } from "@holdfast/core";
import { EncodeBudget, mostDepth } from "./encode-budget.ts";
import { encodeBytes, encodeTypedArray } from "./encode-bytes.ts";
import { encodeError } from "./encode-error.ts";
import { findProperty, isObject } from "./find-property.ts";
import { safeInspect } from "./safe-inspect.ts";
import { typeName } from "./type-name.ts";
import { isSayable } from "./wire-text.ts";
import { uncurried } from "../realm/uncurried.ts";

export interface EncodedValue {
  readonly value: Value;
  /** Whether it leaves something out because it is too large or too deep. */
  readonly isTruncated: boolean;
}

type Encode = (value: unknown, depth: number) => Value;

const {
  isAnyArrayBuffer,
  isArrayBufferView,
  isDate,
  isMap,
  isNativeError,
  isProxy,
  isRegExp,
  isSet,
} = types;
const { getOwnPropertyDescriptor, getPrototypeOf, hasOwn, keys } = Object;
const { isArray } = Array;
const forEachEntry = uncurried<void>(Map.prototype, "forEach");
const forEachItem = uncurried<void>(Set.prototype, "forEach");
const getTime = uncurried<number>(Date.prototype, "getTime");
const toISOString = uncurried<string>(Date.prototype, "toISOString");

const mostReprCharacters = 10_000;

/**
 * A value in the protocol's form: JSON where JSON can say it, a map tagged with `$type` where it cannot. Total: there is an
 * answer for whatever the value is. Runs no getter and no proxy; of what cannot be said otherwise there is its `repr`.
 */
export function encodeValue(value: unknown): EncodedValue {
  const budget = new EncodeBudget();
  const encoded = encodeWithin(value, 0, budget);
  return { value: encoded, isTruncated: budget.isTruncated };
}

function encodeWithin(value: unknown, depth: number, budget: EncodeBudget): Value {
  if (isObject(value)) return encodeHolder(value, depth, budget);
  switch (typeof value) {
    case "boolean":
      return value;
    case "number":
      return encodeNumber(value);
    case "string":
      return encodeText(value, budget);
    case "undefined":
      return { $type: "undefined" };
    case "bigint":
      return encodeBigInt(value, budget);
    case "symbol":
      return unrepresentable(value, budget);
    default:
      return null;
  }
}

function encodeHolder(value: object, depth: number, budget: EncodeBudget): Value {
  budget.items -= 1;
  if (budget.items < 0 || depth > mostDepth || budget.bytes < 0) {
    budget.isTruncated = true;
    const repr = `<${typeName(value)}, left out: too large or too deep>`;
    return { $type: "unrepresentable", repr };
  }
  if (isProxy(value) || typeof value === "function") return unrepresentable(value, budget);
  if (budget.parents.has(value)) return { $type: "unrepresentable", repr: "[Circular]" };
  budget.parents.add(value);
  try {
    return encodeObject(value, depth, budget);
  } finally {
    budget.parents.delete(value);
  }
}

function encodeObject(value: object, depth: number, budget: EncodeBudget): Value {
  const encode: Encode = (item, levels) => encodeWithin(item, depth + levels, budget);
  if (isArray(value)) return encodeItems(value, encode, budget);
  if (isMap(value)) return encodeMap(value, encode, budget);
  if (isSet(value)) return encodeSet(value, encode, budget);
  if (isDate(value)) return encodeDate(value, budget);
  if (isRegExp(value)) return encodeRegExp(value, budget);
  if (isNativeError(value)) return encodeError(value, encode, budget);
  if (isAnyArrayBuffer(value)) return encodeBytes(value, budget);
  if (isArrayBufferView(value)) return encodeTypedArray(value, encode, budget);
  return isPlain(value) ? encodePlain(value, encode, budget) : unrepresentable(value, budget);
}

/** An array's items as they are written down: a hole is `undefined`, a getter is not run. */
function encodeItems(value: readonly unknown[], encode: Encode, budget: EncodeBudget): Value {
  const items: Value[] = [];
  for (let index = 0; index < value.length; index++) {
    if (budget.isSpent()) break;
    budget.items -= 1;
    items[index] = encodeProperty(value, index, encode);
  }
  return items;
}

function encodeMap(value: object, encode: Encode, budget: EncodeBudget): Value {
  const pairs: Value[] = [];
  forEachEntry(value, (item: unknown, key: unknown) => {
    if (budget.isSpent()) return;
    budget.items -= 2;
    pairs[pairs.length] = [encode(key, 3), encode(item, 3)];
  });
  return { $type: "dict", items: pairs };
}

function encodeSet(value: object, encode: Encode, budget: EncodeBudget): Value {
  const items: Value[] = [];
  forEachItem(value, (item: unknown) => {
    if (budget.isSpent()) return;
    budget.items -= 1;
    items[items.length] = encode(item, 2);
  });
  return { $type: "set", items };
}

function encodeDate(value: object, budget: EncodeBudget): Value {
  if (Number.isNaN(getTime(value))) return unrepresentable(value, budget);
  return { $type: "datetime", iso: toISOString(value) };
}

function encodeRegExp(value: object, budget: EncodeBudget): Value {
  const { source, flags } = value as RegExp; // getters of the language's own, unless somebody has replaced them
  if (hasOwn(value, "source") || hasOwn(value, "flags")) return unrepresentable(value, budget);
  return { $type: "regexp", source: encodeText(source, budget), flags };
}

function encodePlain(value: object, encode: Encode, budget: EncodeBudget): Value {
  // Keys behind those that fit do not matter, and there may be millions.
  const names = keys(value).slice(0, budget.items + 1);
  const isMapOfText = names.every(
    (name) => !name.startsWith("$") && name !== "__proto__" && isSayable(name),
  );
  const pairs: Value[] = [];
  const result: Record<string, Value> = {};
  for (const name of names) {
    budget.takeBytes(name.length);
    if (budget.isSpent()) break;
    budget.items -= 1;
    if (isMapOfText) result[name] = encodeProperty(value, name, encode);
    else pairs.push([encode(name, 3), encodeProperty(value, name, encode, 3)]);
  }
  return isMapOfText ? result : { $type: "dict", items: pairs };
}

function encodeProperty(holder: object, key: PropertyKey, encode: Encode, levels = 1): Value {
  const found = getOwnPropertyDescriptor(holder, key);
  if (found === undefined || "value" in found) return encode(found?.value, levels);
  return { $type: "unrepresentable", repr: found.get ? "[Getter]" : "[Setter]" };
}

function encodeNumber(value: number): Value {
  if (Number.isNaN(value)) return { $type: "float", value: "nan" };
  if (value === Infinity) return { $type: "float", value: "inf" };
  if (value === -Infinity) return { $type: "float", value: "-inf" };
  return Object.is(value, -0) ? { $type: "float", value: "-0.0" } : value;
}

function encodeBigInt(value: bigint, budget: EncodeBudget): Value {
  const hexadecimal = value.toString(16);
  const digits = hexadecimal.length;
  if (digits > budget.bytes) {
    budget.isTruncated = true;
    return { $type: "unrepresentable", repr: "<bigint, left out: too large or too deep>" };
  }
  budget.bytes -= digits;
  // Decimal digits of a long one take their time, here and for who reads them.
  if (digits <= 10_000) return { $type: "bigint", value: value.toString() };
  const sign = value < 0n ? "-" : "";
  return { $type: "bigint", value: `${sign}0x${hexadecimal.slice(sign.length)}` };
}

export function encodeText(value: string, budget: EncodeBudget): Value {
  const text = value.slice(0, budget.takeBytes(value.length));
  if (isSayable(text)) return text;
  // A pair that was cut through is left out.
  if (text.length < value.length && isSayable(text.slice(0, -1))) return text.slice(0, -1);
  const codePoints: number[] = [];
  for (const character of text) {
    if (budget.codePoints <= 0) {
      budget.isTruncated = true;
      break;
    }
    budget.codePoints -= 1;
    codePoints.push(character.codePointAt(0) ?? 0);
  }
  return { $type: "string", codePoints };
}

/** Of Object.prototype, of another realm's too, or of nothing. */
function isPlain(value: object): boolean {
  const prototype: unknown = getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  if (!isObject(prototype) || isProxy(prototype) || getPrototypeOf(prototype) !== null)
    return false;
  return hasOwn(prototype, "isPrototypeOf") && findProperty(prototype, "toString").kind === "value";
}

function unrepresentable(value: unknown, budget: EncodeBudget): Value {
  const repr = safeInspect(value, mostReprCharacters);
  budget.bytes -= repr.length;
  return { $type: "unrepresentable", jsType: typeName(value), repr };
}
