import { runInNewContext } from "node:vm";
import { inspect } from "node:util";
import { isValue } from "@holdfast/core";
import { describe, expect, it } from "vitest";
import { decodeValue } from "./decode-value.ts";
import { encodeValue } from "./encode-value.ts";

class Point {
  x = 1;
}
const circular: unknown[] = [1];
circular.push(circular);
const shared = { a: 1 };
let runs = 0;
const trap = () => {
  runs += 1;
  throw new Error("it ran");
};
const everyTrap = new Proxy({}, { get: () => trap });
const plain = { $type: "unrepresentable" };

describe("encodeValue()", () => {
  it.each<[string, unknown, unknown]>([
    ["undefined", undefined, { $type: "undefined" }],
    ["null", null, null],
    ["booleans", [true, false], [true, false]],
    ["numbers", [1, -1.5, 2 ** 60], [1, -1.5, 2 ** 60]],
    [
      "what JSON has no numbers for",
      [NaN, Infinity, -Infinity, -0],
      ["nan", "inf", "-inf", "-0.0"].map((value) => ({ $type: "float", value })),
    ],
    ["text", "ä€😀\0", "ä€😀\0"],
    ["text with a lone surrogate", "a\uD800b", { $type: "string", codePoints: [97, 0xd800, 98] }],
    [
      "bigints",
      [2n ** 70n, -5n],
      [
        { $type: "bigint", value: String(2n ** 70n) },
        { $type: "bigint", value: "-5" },
      ],
    ],
    [
      "maps",
      new Map<unknown, unknown>([
        [{ a: 1 }, 2],
        ["x", new Map()],
      ]),
      {
        $type: "dict",
        items: [
          [{ a: 1 }, 2],
          ["x", { $type: "dict", items: [] }],
        ],
      },
    ],
    ["sets", new Set([1, [2]]), { $type: "set", items: [1, [2]] }],
    ["dates", new Date(0), { $type: "datetime", iso: "1970-01-01T00:00:00.000Z" }],
    ["dates that are none", new Date(NaN), { ...plain, jsType: "Date", repr: "Invalid Date" }],
    ["bytes", new Uint8Array([0, 255]), { $type: "bytes", base64: "AP8=" }],
    ["buffers", Buffer.from("hi"), { $type: "bytes", base64: "aGk=" }],
    [
      "a part of a buffer",
      new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 1),
      { $type: "bytes", base64: "Ag==" },
    ],
    ["array buffers", new Uint8Array([1]).buffer, { $type: "bytes", base64: "AQ==" }],
    [
      "typed arrays",
      new Float64Array([1.5, NaN]),
      { $type: "typedarray", kind: "Float64Array", items: [1.5, { $type: "float", value: "nan" }] },
    ],
    [
      "typed arrays of bigints",
      new BigInt64Array([1n]),
      { $type: "typedarray", kind: "BigInt64Array", items: [{ $type: "bigint", value: "1" }] },
    ],
    ["regular expressions", /a+/gi, { $type: "regexp", source: "a+", flags: "gi" }],
    ["arrays with holes", [1, , 3], [1, { $type: "undefined" }, 3]], // oxlint-disable-line eslint/no-sparse-arrays
    ["circular structures", circular, [1, { ...plain, repr: "[Circular]" }]],
    ["what is there twice", [shared, shared], [{ a: 1 }, { a: 1 }]],
    ["objects without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      "objects of another realm",
      runInNewContext("({ a: [new Map([[1, 2]])] })"),
      { a: [{ $type: "dict", items: [[1, 2]] }] },
    ],
    ["keys that look like a tag", { $type: "x" }, { $type: "dict", items: [["$type", "x"]] }],
    [
      "__proto__ as a key",
      JSON.parse('{"__proto__": 1}'),
      { $type: "dict", items: [["__proto__", 1]] },
    ],
    [
      "keys that UTF-8 cannot say",
      { "\uD800": 1 },
      { $type: "dict", items: [[{ $type: "string", codePoints: [0xd800] }, 1]] },
    ],
    [
      "what cannot be seen from outside",
      Object.defineProperty({ [Symbol("s")]: 1 }, "hidden", { value: 1 }),
      {},
    ],
    ["functions", function f() {}, { ...plain, jsType: "Function", repr: "[Function: f]" }],
    [
      "async generators",
      async function* f() {},
      { ...plain, jsType: "AsyncGeneratorFunction", repr: "[AsyncGeneratorFunction: f]" },
    ],
    ["classes", Point, { ...plain, jsType: "class", repr: "[class Point]" }],
    ["instances", new Point(), { ...plain, jsType: "Point", repr: "Point { x: 1 }" }],
    ["symbols", Symbol("s"), { ...plain, jsType: "symbol", repr: "Symbol(s)" }],
    ["promises", Promise.resolve(1), { ...plain, jsType: "Promise", repr: "Promise { 1 }" }],
    [
      "weak maps",
      new WeakMap(),
      { ...plain, jsType: "WeakMap", repr: "WeakMap { <items unknown> }" },
    ],
    [
      "errors",
      Object.assign(new TypeError("no", { cause: new Error("why") })),
      {
        $type: "error",
        name: "TypeError",
        message: "no",
        cause: { $type: "error", name: "Error", message: "why" },
      },
    ],
    [
      "errors of errors",
      new AggregateError([new RangeError("a")], "all"),
      {
        $type: "error",
        name: "AggregateError",
        message: "all",
        errors: [{ $type: "error", name: "RangeError", message: "a" }],
      },
    ],
    [
      "errors of a class",
      new (class Mine extends Error {})("m"),
      { $type: "error", name: "Mine", message: "m" },
    ],
  ])("says %s [R1.1]", (_name, value, expected) => {
    const { value: encoded, isTruncated } = encodeValue(value);
    expect(encoded).toEqual(expected);
    expect(isTruncated).toBe(false);
    expect(isValue(encoded)).toBe(true);
  });

  it("runs no getter and no proxy", () => {
    const value = {
      get a() {
        return trap();
      },
      set b(_: unknown) {
        trap();
      },
      c: new Proxy({ d: 1 }, everyTrap),
      f: Object.defineProperty(new Error("x"), "message", { get: trap }),
      g: Object.create(Object.defineProperty({}, "constructor", { get: trap })) as unknown,
      h: Object.defineProperty([1], 1, { get: trap, enumerable: true }),
    };
    const { value: encoded } = encodeValue(value);
    expect(encoded).toMatchObject({
      a: { ...plain, repr: "[Getter]" },
      b: { ...plain, repr: "[Setter]" },
      c: { ...plain, jsType: "Proxy", repr: "{ d: 1 }" },
      h: [1, { ...plain, repr: "[Getter]" }],
    });
    expect(runs).toBe(0);
  });

  it("says a value whose own methods lie or throw", () => {
    const map = Object.assign(new Map([[1, 2]]), { forEach: trap, entries: trap });
    const date = Object.assign(new Date(0), { toISOString: trap, getTime: trap });
    const bytes = Object.defineProperties(new Uint8Array([1]), {
      length: { value: 1e9 },
      buffer: { get: trap },
    });
    expect(encodeValue([map, date, bytes]).value).toEqual([
      { $type: "dict", items: [[1, 2]] },
      { $type: "datetime", iso: "1970-01-01T00:00:00.000Z" },
      { $type: "bytes", base64: "AQ==" },
    ]);
    const hostile = { [inspect.custom]: trap };
    expect(encodeValue(Object.create(hostile)).value).toMatchObject({
      repr: expect.stringContaining("its inspection threw Error: it ran") as string,
    });
  });

  it.each<[string, () => unknown]>([
    ["many items", () => Array.from({ length: 100_000 }, (_, index) => index)],
    [
      "many keys",
      () => Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [index, 1])),
    ],
    ["a length without items", () => Object.assign([], { length: 4_294_967_295 })],
    ["a large map", () => new Map(Array.from({ length: 100_000 }, (_, index) => [index, 1]))],
    ["long text", () => "ä".repeat(10_000_000)],
    ["long text that UTF-8 cannot say", () => "\uD800".repeat(1_000_000)],
    ["many bytes", () => Buffer.alloc(10_000_000)],
    ["a wide typed array", () => new Float64Array(1_000_000)],
    ["deep arrays", () => nested(100_000, (inner) => [inner])],
    ["deep maps", () => nested(100_000, (inner) => new Map([[inner, inner]]))],
    ["deep causes", () => nested(1000, (cause) => new Error("x", { cause }))],
    ["what doubles with each level", () => nested(60, (inner) => [inner, inner])],
    ["a long bigint", () => 1n << 40_000_000n],
  ])("leaves out of %s what no message holds, and says so", (_name, make) => {
    const { value, isTruncated } = encodeValue(make());
    expect(isTruncated).toBe(true);
    expect(isValue(value)).toBe(true);
    expect(JSON.stringify(value).length).toBeLessThan(16_000_000);
  });

  it("cuts text between its characters", () => {
    const { value } = encodeValue("a" + "😀".repeat(4_000_000));
    expect(typeof value).toBe("string");
    expect((value as string).isWellFormed()).toBe(true);
  });

  it("says a long bigint in hexadecimal", () => {
    expect(encodeValue(-(1n << 80_000n)).value).toEqual({
      $type: "bigint",
      value: `-0x1${"0".repeat(20_000)}`,
    });
  });
});

describe("decodeValue()", () => {
  it.each<[string, unknown]>([
    ["plain data", { a: [1, "x", null, true, -1.5] }],
    ["undefined", [undefined]],
    ["numbers that JSON has not", [NaN, Infinity, -Infinity, -0]],
    ["bigints", [2n ** 70n, -5n, -(1n << 80_000n)]],
    ["maps and sets", new Map<unknown, unknown>([[new Set([1]), { b: 2 }]])],
    ["dates", new Date(1234)],
    ["bytes", new Uint8Array([1, 2])],
    ["typed arrays", [new Int16Array([1, -2]), new BigUint64Array([1n]), new Float32Array([0.5])]],
    ["regular expressions", /a\/b/gu],
    ["errors", new Error("a", { cause: new TypeError("b") })],
    ["lone surrogates", "a\uD800😀"],
    ["tags as keys", { $type: 1 }],
  ])("gives %s back as they were", (_name, value) => {
    const again = decodeValue(JSON.parse(JSON.stringify(encodeValue(value).value)));
    const expected = _name === "tags as keys" ? new Map([["$type", 1]]) : value;
    expect(again).toEqual(expected);
  });

  it("reads what other languages say", () => {
    expect(decodeValue({ $type: "tuple", items: [1, { $type: "frozenset", items: [2] }] })).toEqual(
      [1, new Set([2])],
    );
    expect(decodeValue({ $type: "date", iso: "2020-01-02" })).toEqual(new Date("2020-01-02"));
    expect(decodeValue({ $type: "bigint", value: "0xff" })).toBe(255n);
  });

  it("lets no key reach a prototype", () => {
    const value = decodeValue(JSON.parse('{"__proto__": {"polluted": 1}}')) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect("polluted" in value).toBe(false);
  });

  it.each([
    [{ $type: "nonsense" }, "allowed bigint, bytes"],
    [{ $type: "complex", real: 1, imag: 1 }, 'received $type "complex"'],
    [{ $type: "unrepresentable", repr: "x" }, "unrepresentable"],
    [{ $type: "constructor" }, "constructor"],
    [{ $type: "bigint", value: "x" }, "no digits"],
    [{ $type: "float", value: "x" }, "float"],
    [{ $type: "set" }, "items is no array"],
    [{ $type: "dict", items: [1] }, "no pair"],
    [{ $type: "bytes" }, "base64 is no text"],
    [{ $type: "datetime", iso: "x" }, "ISO 8601"],
    [{ $type: "regexp", source: "(", flags: "" }, "regexp"],
    [{ $type: "typedarray", kind: "Array", items: [] }, "allowed Int8Array"],
    [{ $type: "typedarray", kind: "BigInt64Array", items: [1] }, "typedarray"],
    [{ $type: "string", codePoints: [-1] }, "string"],
  ])("refuses %j", (value, message) => {
    expect(() => decodeValue([value])).toThrow(message);
  });
});

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}
