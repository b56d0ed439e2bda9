import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isValue } from "@holdfast/core";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { compileCell } from "../cell/compile-cell.ts";
import { silenceImportWarning } from "../cell/import-from-directory.ts";
import { runCell } from "../cell/run-cell.ts";
import { createSessionRequire } from "../cell/session-require.ts";
import { Bindings } from "./bindings.ts";
import { Namespace } from "./namespace.ts";
import { RequestRefused } from "./request-refused.ts";

silenceImportWarning();
const directory = mkdtempSync(join(tmpdir(), "holdfast-namespace-"));
Object.assign(globalThis, {
  require: createSessionRequire(
    () => directory,
    (id) => bindings.modules.note(id),
  ),
});
const bindings: Bindings = new Bindings();
const namespace = new Namespace(bindings, () => directory);

async function run(...sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    const cell = compileCell(source, { fileName: "<cell 1>", constants: bindings.constants });
    if (cell.status === "invalid") throw new SyntaxError(cell.text);
    await runCell(cell, bindings);
  }
}

function refusal(action: () => void): { readonly code: string; readonly message: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof RequestRefused) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

afterEach(() => namespace.delete(null));
afterAll(() => rmSync(directory, { recursive: true }));

describe("Namespace.list() [R8.1] [R8.2]", () => {
  it("tells names, types, representations, sizes, sources and values", async () => {
    await run("const x = 1; let big = 2n ** 70n; var t = 'ä'; const m = new Map([[1, [2]]])");
    await run(
      "async function f(a) { return a }\nclass A { b() {} }\nconst bytes = Buffer.from('hi')",
    );
    const nothing = { sizeBytes: null, source: null, valueTruncated: false };
    const all = new Map(namespace.list(null, true).map((item) => [item.name, item]));
    expect(Object.fromEntries(all)).toMatchObject({
      x: { ...nothing, type: "number", repr: "1", value: 1 },
      big: { ...nothing, type: "bigint", repr: `${2n ** 70n}n`, value: { $type: "bigint" } },
      t: { ...nothing, type: "string", repr: "'ä'", sizeBytes: 2, value: "ä" },
      m: { ...nothing, type: "Map", repr: "Map(1) { 1 => [ 2 ] }", value: { $type: "dict" } },
      f: {
        type: "AsyncFunction",
        repr: "[AsyncFunction: f]",
        source: "async function f(a) { return a }",
      },
      A: { type: "class", source: "class A { b() {} }" },
      bytes: { type: "Buffer", sizeBytes: 2, value: { $type: "bytes", base64: "aGk=" } },
    });
    expect([...all.values()].every(({ value }) => isValue(value))).toBe(true);
    expect(namespace.list(["x", "nonesuch", "process"], false)).toEqual([
      { name: "x", type: "number", repr: "1", ...nothing, value: null },
    ]);
  });

  it("has what code puts into the global object, and runs no getter of it", async () => {
    await run(
      "globalThis.made = 1; Object.defineProperty(globalThis, 'got', { get() { throw 1 }, enumerable: true, configurable: true })",
    );
    expect(namespace.list(null, true).map(({ name, type }) => [name, type])).toEqual([
      ["made", "number"],
      ["got", "accessor"],
    ]);
  });

  it("bounds representations and sources", async () => {
    await run("const long = 'x'.repeat(1e6); const f = Function('/*' + 'x'.repeat(1e6) + '*/')");
    for (const item of namespace.list(null, false)) {
      expect(item.repr.length).toBeLessThanOrEqual(1000);
      expect((item.source ?? "").length).toBeLessThanOrEqual(100_000);
    }
  });
});

describe("Namespace.set() and delete() [R8.1]", () => {
  it("gives a name a value, a constant's too", async () => {
    await run("const x = 1");
    namespace.set("x", { $type: "set", items: [1] });
    await run("x = [...x, 2]");
    expect(namespace.list(["x"], true)).toMatchObject([{ value: [1, 2] }]);
  });

  it.each([
    ["1x", 1],
    ["a-b", 1],
    ["class", 1],
    ["undefined", 1],
    ["__constant_x", 1],
    ["", 1],
    ["x", { $type: "nonsense" }],
    ["x", [{ $type: "bigint", value: "one" }]],
  ])("refuses %j as %j, with everything as before", (name, value) => {
    const { code, message } = refusal(() => namespace.set(name, value));
    expect(code).toBe("invalid_request");
    expect(message).toContain(name);
    expect(namespace.list(null, false)).toEqual([]);
  });

  it("deletes names, or none if one is not there", async () => {
    await run("const x = 1; let y = 2");
    expect(refusal(() => namespace.delete(["x", "nonesuch"]))).toMatchObject({
      code: "variable_not_found",
      message: "variables that are not there: nonesuch",
    });
    expect(refusal(() => namespace.delete(["process"]))).toMatchObject({
      code: "variable_not_found",
    });
    namespace.delete(["x"]);
    expect(namespace.list(null, false).map(({ name }) => name)).toEqual(["y"]);
    namespace.delete(null);
    expect(namespace.list(null, false)).toEqual([]);
  });
});

describe("Namespace.watch() [R8.1] [R8.2]", () => {
  it.each<[string, string, string, object]>([
    [
      "what comes and goes",
      "let a = 1",
      "delete globalThis.a; const b = 2",
      { added: ["b"], removed: ["a"] },
    ],
    ["what stands for something else", "let a = 1, c = 2", "a = 3", { changed: ["a"] }],
    ["an item", "const a = [1, { b: 2 }]", "a[1].b = 3", { changed: ["a"] }],
    ["a map's entry", "const a = new Map([[1, 2]])", "a.set(1, 3)", { changed: ["a"] }],
    ["a set's item", "const a = new Set([1])", "a.add(2)", { changed: ["a"] }],
    ["a byte", "const a = new Uint8Array(5)", "a[3] = 1", { changed: ["a"] }],
    ["a date", "const a = new Date(0)", "a.setTime(1)", { changed: ["a"] }],
    [
      "a property of an instance",
      "class A { x = 1 }; const a = new A()",
      "a.x = 2",
      { changed: ["a"] },
    ],
    ["a property of a function", "function f() {}; f.count = 0", "f.count++", { changed: ["f"] }],
    ["a value that is NaN", "let a = [NaN]", "a[0]", {}],
    ["circular structures", "const a = []; a.push(a)", "a.push(a)", { changed: ["a"] }],
    [
      "nothing",
      "const a = { get b() { throw 1 }, c: new Proxy({}, { get() { throw 1 } }) }",
      "1",
      {},
    ],
    ["what is deep", "const a = [[[[[[1]]]]]]", "a[0][0][0][0][0][0] = 2", {}],
  ])("sees %s", async (_name, before, code, expected) => {
    await run(before);
    const changes = namespace.watch();
    await run(code);
    expect(changes()).toEqual({ added: [], changed: [], removed: [], modules: [], ...expected });
  });

  it("sees modules that were imported, however that was", async () => {
    mkdirSync(join(directory, "node_modules/some"), { recursive: true });
    writeFileSync(join(directory, "node_modules/some/package.json"), '{ "version": "1.2.3" }');
    writeFileSync(join(directory, "node_modules/some/index.js"), "");
    bindings.modules.begin("e1");
    await run("import 'node:path'");
    const changes = namespace.watch();
    bindings.modules.begin("e2");
    await run("import 'node:path'; require('some'); (await import('node:os')).EOL");
    expect(changes().modules).toEqual(["node:os", "some"]);
    expect(namespace.modules()).toEqual([
      { name: "node:path", version: process.versions.node, executionId: "e1" },
      { name: "node:os", version: process.versions.node, executionId: "e2" },
      { name: "some", version: "1.2.3", executionId: "e2" },
    ]);
  });
});

describe("Namespace.complete()", () => {
  const matches = (code: string, cursor = [...code].length) => namespace.complete(code, cursor);

  it.each([
    ["members of items", "const o = [{ delta: 1 }]", "f(o[0].de", "delta"],
    [
      "methods",
      "class A { epsilon() {} }; class B extends A {}; const b = new B()",
      "b.eps",
      "epsilon",
    ],
    ["Node's own", "", "process.arg", "argv"],
    ["globals", "", "structuredC", "structuredClone"],
    ["keywords", "", "retur", "return"],
    ["text", "", "'a'.toUpperC", "toUpperCase"],
    ["what this is", "const zeta9 = 1", "this.zet", "zeta9"],
    ["modules of import()", "", 'await import("node:worker_th', "node:worker_threads"],
  ])("knows %s", async (_name, before, code, match) => {
    await run(before);
    expect(matches(code).matches).toContain(match);
  });

  it.each<[string, string, object]>([
    ["const value1 = 1, value2 = 2", "valu", { matches: ["value1", "value2"], start: 0, end: 4 }],
    [
      "const o = { alpha: 1, beta: { gamma: 1 } }",
      "x; o.al",
      { matches: ["alpha"], start: 5, end: 7 },
    ],
    [
      "const o = { beta: { gamma: 1 } }",
      'x + o?.["beta"].ga',
      { matches: ["gamma"], start: 16, end: 18 },
    ],
    ["const o = { 'a b': 1, 'a-c': 2 }", "o['a", { matches: ["a b", "a-c"], start: 3, end: 4 }],
    ["const o = { 漢字: 1 }", "'😀'; o.漢", { matches: ["漢字"], start: 7, end: 8 }],
    ["", "import fs from 'node:fs/pro", { matches: ["node:fs/promises"], start: 16, end: 27 }],
    ["", "require('worker_th", { matches: ["worker_threads"], start: 9, end: 18 }],
    ["", "nonesuch.", { matches: [], start: 9, end: 9 }],
    ["", "f().", { matches: [], start: 4, end: 4 }],
    ["let n = null", "n.", { matches: [], start: 2, end: 2 }],
  ])("after %j completes %j", async (before, code, expected) => {
    await run(before);
    expect(matches(code)).toEqual(expected);
  });

  it("completes in the middle of code", async () => {
    await run("const value1 = 1");
    expect(matches("😀 valu + 1", 6)).toEqual({ matches: ["value1"], start: 2, end: 6 });
  });

  it("knows files beside the session and its packages", () => {
    mkdirSync(join(directory, "node_modules/@scope/deep"), { recursive: true });
    mkdirSync(join(directory, "lib"), { recursive: true });
    writeFileSync(join(directory, "lib/tools.mjs"), "");
    writeFileSync(join(directory, "lib/notes.txt"), "");
    expect(matches("import './li").matches).toEqual(["./lib/"]);
    expect(matches("import './lib/").matches).toEqual(["./lib/tools.mjs"]);
    expect(matches("import a from '@sc").matches).toEqual(["@scope/deep"]);
  });

  it("runs no getter and no proxy, and takes no time for what is large", async () => {
    await run(
      "let ran = 0; const o = { get a() { ran++; return { b: 1 } }, p: new Proxy({ q: 1 }, { get() { ran++ }, ownKeys() { ran++; return [] } }) }",
      "const large = new Float64Array(1e8); const long = Array(1e8)",
    );
    expect(matches("o.a.").matches).toEqual([]);
    expect(matches("o.p.").matches).toEqual([]);
    expect(matches("o.").matches.slice(0, 2)).toEqual(["a", "constructor"]);
    expect(matches("large.buff").matches).toEqual(["buffer"]);
    expect(matches("long.len").matches).toEqual(["length"]);
    expect(matches("x.".repeat(1_000_000)).matches).toEqual([]);
    expect(bindings.get("ran")).toBe(0);
  });
});

describe("Namespace.inspect()", () => {
  it.each([
    [
      "/** Adds.\n * @returns the sum */\nfunction add(a, { b = 2 }, ...c) {}",
      "add",
      "add(a, { b = 2 }, ...c)\n\nAdds.\n@returns the sum",
    ],
    ["/** Later. */ export const go = async (x) => x", "await go(1", "async go(x)\n\nLater."],
    [
      "class B {}\n/** Makes one. */\nclass A extends B { constructor(x) { super() } }",
      "new A(",
      "class A extends B(x)\n\nMakes one.",
    ],
    ["const o = { m(a) {}, async *g(b) {}, get x() { return 1 } }", "o.m", "m(a)"],
    ["const o = { async *g(b) {} }", "o.g", "async g(b)"],
    ["const x = new Map([[1, 2]])", "x", "x: Map = Map(1) { 1 => 2 }"],
    ["const x = { y: ['a'] }", "x.y", "x.y: Array = [ 'a' ]"],
    ["", "Math.max", "max(…) [native code]"],
    ["function add(a) {}", "add.", "add(a)"],
  ])("after %j tells of %j", async (before, code, text) => {
    await run(before);
    expect(namespace.inspect(code, [...code].length)).toEqual({ "text/plain": text });
    expect(namespace.inspect("nonesuch", 3)).toBeNull();
  });

  it("looks at the whole name that the cursor is in", async () => {
    await run("function add(a) {}");
    expect(namespace.inspect("😀; add(1)", 4)).toEqual({ "text/plain": "add(a)" });
    expect(namespace.inspect("1 + 2", 2)).toBeNull();
  });
});
