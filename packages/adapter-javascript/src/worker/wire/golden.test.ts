import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { FrameDecoder } from "./frame-decoder.ts";
import { decodeMsgpack } from "./msgpack-decoder.ts";
import { encodeMsgpack } from "./msgpack-encoder.ts";

interface Golden {
  readonly messages: readonly {
    readonly name: string;
    readonly from: "host" | "worker";
    readonly message: unknown;
    readonly msgpack: string;
  }[];
}

const core = dirname(createRequire(import.meta.url).resolve("@holdfast/core/package.json"));
const golden = JSON.parse(readFileSync(join(core, "protocol/golden.json"), "utf8")) as Golden;

describe("the worker's msgpack agrees with the golden bytes [R1.3] [R1.5]", () => {
  it.each(golden.messages)("$name", ({ message, msgpack }) => {
    const bytes = Buffer.from(msgpack, "hex");
    expect(plain(decodeMsgpack(bytes))).toEqual(withBytes(message));
    expect(plain(decodeMsgpack(Uint8Array.from(encodeMsgpack(withBytes(message)))))).toEqual(
      withBytes(message),
    );
  });
});

describe("encodeMsgpack()", () => {
  it.each([
    0,
    1,
    -1,
    -32,
    -33,
    127,
    128,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    -(2 ** 31) - 1,
    2 ** 53 - 1,
    0.5,
    -0,
  ])("keeps the number %d", (value) => {
    expect(decodeMsgpack(Uint8Array.from(encodeMsgpack(value)))).toBe(value);
  });

  it.each([0, 1, 10, 11, 31, 32, 85, 86, 255, 256, 8192, 8193, 65_535, 65_536, 100_000])(
    "keeps a text of %d characters, of one byte and of three",
    (length) => {
      for (const text of ["a".repeat(length), "€".repeat(length)])
        expect(decodeMsgpack(Uint8Array.from(encodeMsgpack(text)))).toBe(text);
    },
  );

  it("refuses what nests deeper than the protocol allows, and what it cannot hold [D5]", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 70; i++) deep = [deep];
    expect(() => encodeMsgpack(deep)).toThrow("nested too deeply");
    expect(() => encodeMsgpack(1n)).toThrow("bigint");
  });
});

describe("decodeMsgpack()", () => {
  it("gives byte strings that stay what they are when the bytes of the message do not", () => {
    const message = Uint8Array.from(encodeMsgpack({ stdin: Uint8Array.of(1, 2) }));
    const decoded = decodeMsgpack(message) as { readonly stdin: Uint8Array };
    message.fill(0);
    expect([...decoded.stdin]).toEqual([1, 2]);
  });
});

describe("FrameDecoder", () => {
  const frame = (bytes: readonly number[], flags = 0) => [0, 0, 0, bytes.length, flags, ...bytes];

  it("joins messages out of pieces of any size, and frames that go on [R1.5]", () => {
    const stream = [...frame([1, 2]), ...frame([3], 1), ...frame([4]), ...frame([])];
    for (let size = 1; size <= stream.length; size++) {
      const decoder = new FrameDecoder();
      const found: number[][] = [];
      for (let at = 0; at < stream.length; at += size) {
        decoder.append(Uint8Array.from(stream.slice(at, at + size)));
        for (let next = decoder.next(); next !== null; next = decoder.next()) found.push([...next]);
      }
      expect(found).toEqual([[1, 2], [3, 4], []]);
    }
  });

  it.each([
    ["an unknown flag", [0, 0, 0, 1, 2, 1]],
    ["an empty frame that goes on", [0, 0, 0, 0, 1]],
    ["a length over the limit", [255, 255, 255, 255, 0]],
  ])("refuses %s [A09]", (_, bytes) => {
    const decoder = new FrameDecoder();
    decoder.append(Uint8Array.from(bytes));
    expect(() => decoder.next()).toThrow("a frame of");
  });
});

/** `{"$bytes": hex}` is a byte string. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== "object" || value === null) return value;
  if ("$bytes" in value) return Uint8Array.from(Buffer.from(String(value.$bytes), "hex"));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withBytes(item)]));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
