/** Why something is no value of the protocol, or none that JavaScript has. */
export class ValueRefused extends Error {
  override readonly name = "ValueRefused";
}

type Tagged = { readonly [key: string]: unknown };

const typedArrays: Readonly<Record<string, (items: never[]) => unknown>> = {
  Int8Array: (items) => new Int8Array(items),
  Uint8Array: (items) => new Uint8Array(items),
  Uint8ClampedArray: (items) => new Uint8ClampedArray(items),
  Int16Array: (items) => new Int16Array(items),
  Uint16Array: (items) => new Uint16Array(items),
  Int32Array: (items) => new Int32Array(items),
  Uint32Array: (items) => new Uint32Array(items),
  Float32Array: (items) => new Float32Array(items),
  Float64Array: (items) => new Float64Array(items),
  BigInt64Array: (items) => new BigInt64Array(items),
  BigUint64Array: (items) => new BigUint64Array(items),
};

const floats: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  "-inf": -Infinity,
  "-0.0": -0,
};

const decoders: Readonly<Record<string, (value: Tagged) => unknown>> = {
  undefined: () => undefined,
  tuple: (value) => itemsOf(value),
  set: (value) => new Set(itemsOf(value)),
  frozenset: (value) => new Set(itemsOf(value)),
  dict: (value) => new Map(itemsOf(value).map(pairOf)),
  bytes: (value) => new Uint8Array(Buffer.from(textOf(value, "base64"), "base64")),
  bigint: (value) => bigIntOf(textOf(value, "value")),
  float: (value) => floatOf(textOf(value, "value")),
  datetime: (value) => dateOf(textOf(value, "iso")),
  date: (value) => dateOf(textOf(value, "iso")),
  regexp: (value) => new RegExp(textOf(value, "source"), textOf(value, "flags")),
  string: (value) =>
    itemsOf(value, "codePoints")
      .map((code) => String.fromCodePoint(code as number))
      .join(""),
  typedarray: (value) => typedArrayOf(value),
  error: (value) => errorOf(value),
};

/** @throws ValueRefused that says what was received and what is allowed */
export function decodeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeValue);
  if (typeof value !== "object" || value === null) return value;
  const tagged = value as Tagged;
  if (!Object.hasOwn(tagged, "$type")) return decodePlain(tagged);
  const type = String(tagged["$type"]);
  if (!Object.hasOwn(decoders, type)) {
    const allowed = Object.keys(decoders).toSorted().join(", ");
    throw new ValueRefused(
      `received $type ${JSON.stringify(type.slice(0, 100))}, allowed ${allowed}`,
    );
  }
  try {
    return decoders[type]?.(tagged);
  } catch (error) {
    if (error instanceof ValueRefused) throw error;
    throw new ValueRefused(`$type ${type}: ${(error as Error).message}`);
  }
}

function decodePlain(value: Tagged): object {
  const result = {};
  for (const [name, item] of Object.entries(value)) {
    // Not assigned: a key may be `__proto__`.
    Object.defineProperty(result, name, {
      value: decodeValue(item),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return result;
}

function itemsOf(value: Tagged, name = "items"): readonly unknown[] {
  const items = value[name];
  if (!Array.isArray(items))
    throw new ValueRefused(`$type ${String(value["$type"])}: ${name} is no array`);
  return items.map(decodeValue);
}

function pairOf(item: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(item) || item.length !== 2)
    throw new ValueRefused("$type dict: an item is no pair");
  return item as [unknown, unknown];
}

function textOf(value: Tagged, name: string): string {
  const text = value[name];
  if (typeof text !== "string")
    throw new ValueRefused(`$type ${String(value["$type"])}: ${name} is no text`);
  return text;
}

function bigIntOf(text: string): bigint {
  if (!/^-?(?:\d+|0x[\da-f]+)$/i.test(text))
    throw new ValueRefused("$type bigint: value has no digits");
  return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
}

function floatOf(text: string): number {
  const number = Object.hasOwn(floats, text) ? floats[text] : Number(text);
  if (number === undefined || (Number.isNaN(number) && text !== "nan")) {
    throw new ValueRefused(`$type float: received ${JSON.stringify(text.slice(0, 100))}`);
  }
  return number;
}

function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    throw new ValueRefused(`received ${JSON.stringify(text.slice(0, 100))}, allowed ISO 8601`);
  }
  return date;
}

function typedArrayOf(value: Tagged): unknown {
  const kind = textOf(value, "kind");
  const make = Object.hasOwn(typedArrays, kind) ? typedArrays[kind] : undefined;
  if (make === undefined) {
    const allowed = Object.keys(typedArrays).join(", ");
    throw new ValueRefused(
      `received kind ${JSON.stringify(kind.slice(0, 100))}, allowed ${allowed}`,
    );
  }
  return make([...itemsOf(value)] as never[]);
}

function errorOf(value: Tagged): Error {
  const error = new Error(textOf(value, "message"));
  const properties = {
    name: textOf(value, "name"),
    ...(value["cause"] === undefined ? {} : { cause: decodeValue(value["cause"]) }),
    ...(value["errors"] === undefined ? {} : { errors: decodeValue(value["errors"]) }),
  };
  for (const [name, item] of Object.entries(properties)) {
    Object.defineProperty(error, name, { value: item, writable: true, configurable: true });
  }
  return error;
}
