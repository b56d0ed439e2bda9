import type { Value } from "@holdfast/core";
import type { EncodeBudget } from "./encode-budget.ts";
import { types } from "node:util";

const { isAnyArrayBuffer, isDataView, isUint8Array, isUint8ClampedArray } = types;
const { from } = Buffer;
const { toString } = Buffer.prototype;
const { apply } = Reflect;
const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
const [viewBuffer, viewOffset, viewBytes, viewLength, viewKind] = [
  getter(TypedArray, "buffer"),
  getter(TypedArray, "byteOffset"),
  getter(TypedArray, "byteLength"),
  getter(TypedArray, "length"),
  getter(TypedArray, Symbol.toStringTag),
];
const [dataBuffer, dataOffset, dataBytes] = [
  getter(DataView.prototype, "buffer"),
  getter(DataView.prototype, "byteOffset"),
  getter(DataView.prototype, "byteLength"),
];

/** The bytes of a buffer, or of what looks at one, whatever has been done to its properties. */
export function bytesOf(value: object): Buffer {
  if (isAnyArrayBuffer(value)) return from(value as ArrayBuffer);
  const [buffer, offset, bytes] = isDataView(value)
    ? [dataBuffer, dataOffset, dataBytes]
    : [viewBuffer, viewOffset, viewBytes];
  return from(buffer(value) as ArrayBuffer, offset(value) as number, bytes(value) as number);
}

export function encodeBytes(value: object, budget: EncodeBudget): Value {
  const bytes = bytesOf(value);
  const fitting = budget.takeBytes(bytes.length);
  const base64 = apply(toString, bytes, ["base64", 0, fitting]) as string;
  return { $type: "bytes", base64 };
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
  const length = viewLength(value) as number;
  for (let index = 0; index < length; index++) {
    if (budget.isSpent()) break;
    budget.items -= 1;
    items[index] = encode(numbers[index], 2);
  }
  return { $type: "typedarray", kind: viewKind(value) as string, items };
}

function getter(holder: object, key: PropertyKey): (self: object) => unknown {
  const get = Object.getOwnPropertyDescriptor(holder, key)?.get;
  return (self) => (get ? (apply(get, self, []) as unknown) : undefined);
}
