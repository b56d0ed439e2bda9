import { describe, expect, it } from "vitest";
import { writeCheckpoint } from "../checkpoint/write-checkpoint.ts";
import { readCheckpoint } from "../checkpoint/read-checkpoint.ts";
import { compileCell } from "../cell/compile-cell.ts";
import { type CellValue, runCell } from "../cell/run-cell.ts";
import { Bindings } from "../namespace/bindings.ts";
import { Namespace } from "../namespace/namespace.ts";
import { CellSources } from "../values/cell-sources.ts";
import { describeFailure } from "../values/describe-failure.ts";
import { describeValue } from "../values/describe-value.ts";

const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);
const bindings = new Bindings();
const namespace = new Namespace(bindings, () => process.cwd());
const sources = new CellSources();

/** What user code may do to the realm that the worker shares with it, and how it is undone for the test itself. */
const hostile = `
  ((define, describe, setProto) => {
    const changed = [];
    const spoil = (holder, key, value) => {
      changed[changed.length] = [holder, key, describe(holder, key)];
      define(holder, key, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
    };
    const fail = () => { throw new Error("spoilt") };
    const restore = () => { for (let i = changed.length - 1; i >= 0; i--) { const h = changed[i][0], k = changed[i][1], d = changed[i][2]; if (d) { setProto(d, null); define(h, k, d) } else delete h[k]; } };
    const names = ["push", "map", "filter", "join", "slice", "some", "flatMap", "at", "indexOf", Symbol.iterator];
    const holders = [
      [String.prototype, ["charCodeAt", "slice", "indexOf", "replace", "replaceAll", "startsWith", "split", Symbol.iterator]],
      [RegExp.prototype, ["exec", "test", Symbol.replace, Symbol.split]],
      [Map.prototype, ["get", "set", "has", "forEach", Symbol.iterator]],
      [Set.prototype, ["has", "add", "forEach", Symbol.iterator]],
      [Function.prototype, ["call", "apply", "bind", "toString"]],
      [Object, ["keys", "entries", "assign", "fromEntries", "getOwnPropertyDescriptor", "getPrototypeOf"]],
      [Reflect, ["get", "set", "ownKeys", "apply"]], [JSON, ["stringify", "parse"]], [Array, ["isArray", "from"]],
      [globalThis, ["Map", "Set", "Error", "TypeError", "RegExp", "Buffer", "Symbol", "JSON", "Reflect"]],
      [Object.prototype, ["get", "toString", "hasOwnProperty"]],
    ];
    const all = [[Array.prototype, names]]; for (let i = 0; i < holders.length; i++) all[i + 1] = holders[i];
    for (let i = 0; i < all.length; i++) for (let k = 0; k < all[i][1].length; k++) spoil(all[i][0], all[i][1][k], fail);
    keep(restore);
  })(Object.defineProperty, Object.getOwnPropertyDescriptor, Object.setPrototypeOf);
`;

describe("a realm that user code has spoilt [R8.4]", () => {
  it("still compiles, runs, describes, lists, completes and saves", () => {
    const run = (source: string): CellValue => {
      const cell = compileCell(source, { fileName: "<cell 1>", constants: bindings.constants });
      if (cell.status === "invalid") return [cell];
      return runCell(cell, bindings) as CellValue;
    };
    let undo = () => {};
    bindings.set("keep", (value: () => void) => (undo = value));
    run(hostile);
    const results: unknown[] = [];
    let error: unknown = null;
    const attempt = (index: number, action: () => unknown) => {
      try {
        results[index] = action();
      } catch (thrown) {
        results[index] = null;
        error ??= thrown;
      }
    };
    attempt(
      0,
      () =>
        (
          run("const { a, b: { c } } = { a: 1, b: { c: 2 } }; class A { x = a }; a + c") as [
            unknown,
          ]
        )[0],
    );
    attempt(1, () => run("let x = )"));
    attempt(2, () => (run("let t: number = 4; t") as [unknown])[0]);
    attempt(3, () => describeValue({ m: [1, "x"], n: 2n }));
    attempt(4, () => {
      try {
        return run("null.x");
      } catch (thrown) {
        return describeFailure(thrown, { sources, isOurs: () => false });
      }
    });
    attempt(5, () => namespace.list(["c"], true));
    attempt(6, () => namespace.complete("keep.na", 7));
    attempt(7, () => namespace.set("y", { $type: "set", items: [1] }));
    const watch: { changes?: () => unknown } = {};
    attempt(8, () => {
      watch.changes = namespace.watch();
      run("c2 = 1");
      return watch.changes();
    });
    attempt(9, () => writeCheckpoint(bindings, { require, surroundings: null }));
    undo();
    expect(error).toBeNull();
    const { pieces } = results[9] as ReturnType<typeof writeCheckpoint>;
    readCheckpoint(pieces, bindings, require);
    expect(results.slice(0, 9)).toMatchObject([
      3,
      [{ status: "invalid", message: "Unexpected token ')'" }],
      4,
      {
        repr: "{ m: [ 1, 'x' ], n: 2n }",
        value: { m: [1, "x"], n: { $type: "bigint", value: "2" } },
      },
      { name: "TypeError", message: "Cannot read properties of null (reading 'x')" },
      [{ name: "c", value: 2 }],
      { matches: ["name"] },
      undefined,
      { added: ["c2"] },
    ]);
  });
});
