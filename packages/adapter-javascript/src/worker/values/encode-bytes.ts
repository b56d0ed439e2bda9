import type { Value } from "@holdfast/core";
import type { EncodeBudget } from "./encode-budget.ts";
import { types } from "node:util";
import { uncurried, uncurriedGetter } from "../realm/uncurried.ts";

const { isAnyArrayBuffer, isDataView, isUint8Array, isUint8ClampedArray } = types;
const toText = uncurried<string>(Buffer.prototype, "toString");
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const viewLength = uncurriedGetter<number>(typedArray, "length");
const viewKind = uncurriedGetter<string>(typedArray, Symbol.toStringTag);
const [ofView, ofData] = [typedArray, DataView.prototype].map((holder) => ({
  buffer: uncurriedGetter<ArrayBuffer>(holder, "buffer"),
  offset: uncurriedGetter<number>(holder, "byteOffset"),
  bytes: uncurriedGetter<number>(holder, "byteLength"),
})) as [ViewGetters, ViewGetters];

interface ViewGetters {
  readonly buffer: (view: object) => ArrayBuffer;
  readonly offset: (view: object) => number;
  readonly bytes: (view: object) => number;
}

/** The bytes of a buffer, or of what looks at one, whatever has been done to its properties. */
export function bytesOf(value: object): Buffer {
  if (isAnyArrayBuffer(value)) return Buffer.from(value);
  const { buffer, offset, bytes } = isDataView(value) ? ofData : ofView;
  return Buffer.from(buffer(value), offset(value), bytes(value));
}

export function encodeBytes(value: object, budget: EncodeBudget): Value {
  const bytes = bytesOf(value);
  const fitting = budget.takeBytes(bytes.length);
  return { $type: "bytes", base64: toText(bytes, "base64", 0, fitting) };
}

/** Bytes as bytes, other numbers as numbers. */
export function encodeTypedArray(
  value: ArrayBufferView,
  encode: (item: unknown, levels: number) => Value,
  budget: EncodeBudget,
): Value {
  if (isUint8Array(value) || isUint8ClampedArray(value) || isDataView(value)) {
    return encodeBytes(value, budget);
  }
  const items: Value[] = [];
  const numbers = value as unknown as ArrayLike<number | bigint>;
  const length = viewLength(value);
  for (let index = 0; index < length; index++) {
    if (budget.isSpent()) break;
    budget.items -= 1;
    items[index] = encode(numbers[index], 2);
  }
  return { $type: "typedarray", kind: viewKind(value), items };
}
