import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { describeValue } from "./describe-value.ts";
import { mimeFromObject } from "./mime-bundle.ts";
import { safeInspect } from "./safe-inspect.ts";

const fail = (): never => {
  throw new TypeError("no");
};

describe("describeValue()", () => {
  it.each<[unknown, string]>([
    [1, "1"],
    ["a'b", `"a'b"`],
    ["", "''"],
    [undefined, "undefined"],
    [-0, "-0"],
    [[1, { a: new Map([[1, 2]]) }], "[ 1, { a: Map(1) { 1 => 2 } } ]"],
    [Object.create(null), "[Object: null prototype] {}"],
    [{ [inspect.custom]: () => "mine" }, "mine"],
    [{ [inspect.custom]: () => "" }, "''"],
  ])("has a repr that is never empty: %s", (value, repr) => {
    expect(describeValue(value)).toMatchObject({
      repr,
      mime: { "text/plain": repr },
      problems: [],
    });
  });

  it("takes what a value offers by MIME type", () => {
    const value = {
      [Symbol.for("holdfast.display")]: () => ({
        "text/html": "<a>",
        "application/json": { a: 1 },
      }),
      toSVG: () => "<svg/>",
      toPNG: () => Buffer.from([137, 80]),
      toJPEG: () => "/9g=",
      toMarkdown: () => null,
      toHTML: () => "not this one",
    };
    expect(describeValue(value).mime).toMatchObject({
      "text/html": "<a>",
      "application/json": '{"a":1}',
      "image/svg+xml": "<svg/>",
      "image/png": Buffer.from([137, 80]),
      "image/jpeg": Buffer.from([255, 216]),
    });
  });

  it("takes a bundle as Deno's kernel does, text/plain with it", () => {
    class Chart {
      [Symbol.for("Jupyter.display")]() {
        return { "text/plain": "a chart", "application/vnd.vega.v5+json": { mark: "bar" } };
      }
    }
    expect(describeValue(new Chart()).mime).toEqual({
      "text/plain": "a chart",
      "application/vnd.vega.v5+json": '{"mark":"bar"}',
    });
  });

  it("tells what goes wrong there, and goes on", () => {
    const loop: Record<string, unknown> = {};
    loop["loop"] = loop;
    const value = {
      [Symbol.for("holdfast.display")]: fail,
      [Symbol.for("Jupyter.display")]: () => ({ "application/json": loop, "image/png": 5 }),
      toHTML: async () => "<a>",
      toSVG: fail,
      toPNG: () => Buffer.alloc(65 * 1024 * 1024),
      toMarkdown: () => "# a",
    };
    const { mime, problems } = describeValue(value);
    expect(Object.keys(mime).toSorted()).toEqual(["text/markdown", "text/plain"]);
    expect(problems).toEqual([
      '[Symbol.for("holdfast.display")]() threw TypeError: no',
      '[Symbol.for("Jupyter.display")]() answered neither text nor bytes nor JSON for application/json',
      '[Symbol.for("Jupyter.display")]() answered neither text nor bytes nor JSON for image/png',
      "toHTML() answered a promise, which is not waited for",
      "toSVG() threw TypeError: no",
      "toPNG() answered over 67108864 bytes for image/png",
    ]);
  });

  it("asks neither getters nor proxies nor what has every property", () => {
    let count = 0;
    const counting = () => {
      count += 1;
      return () => "<a>";
    };
    const value = Object.defineProperty({}, "toHTML", { get: counting });
    expect(Object.keys(describeValue(value).mime)).toEqual(["text/plain"]);
    expect(Object.keys(describeValue(new Proxy({}, { get: counting })).mime)).toEqual([
      "text/plain",
    ]);
    expect(count).toBe(0);
  });
});

describe("safeInspect()", () => {
  it("shows what a class says wrong without it, and why", () => {
    expect(safeInspect({ a: 1, [inspect.custom]: fail })).toMatch(
      /^\{\s+a: 1,[^]*\} \[Object: its inspection threw TypeError: no\]$/,
    );
    expect(
      safeInspect({
        [inspect.custom]: () => {
          throw null;
        },
      }),
    ).toContain("threw null"); // oxlint-disable-line eslint/no-throw-literal, typescript/only-throw-error
  });

  it.each([
    ["long text", "x".repeat(10_000_000)],
    ["many items", Array.from({ length: 1_000_000 }, () => "x".repeat(10))],
    [
      "many keys",
      Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`key${index}`, 1])),
    ],
    ["an inspection without an end", { [inspect.custom]: () => "x".repeat(10_000_000) }],
  ])("bounds %s", (_name, value) => {
    expect(safeInspect(value).length).toBeLessThan(1_100_000);
    expect(safeInspect(value, 100).length).toBeLessThan(150);
  });
});

describe("mimeFromObject()", () => {
  it("is never empty", () => {
    expect(mimeFromObject({ "text/html": "<a>" }).mime).toEqual({ "text/html": "<a>" });
    expect(mimeFromObject({ "image/png": 1 }).mime["text/plain"]).toContain("left out");
    const throwing = Object.defineProperty({}, "text/html", { get: fail, enumerable: true });
    expect(mimeFromObject(throwing)).toMatchObject({
      problems: ["the bundle threw TypeError: no"],
    });
  });
});
