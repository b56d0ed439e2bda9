import { afterEach, describe, expect, it } from "vitest";
import { compileCell } from "../cell/compile-cell.ts";
import { silenceImportWarning } from "../cell/import-from-directory.ts";
import { runCell } from "../cell/run-cell.ts";
import { createSessionRequire } from "../cell/session-require.ts";
import { Bindings } from "../namespace/bindings.ts";
import { CheckpointInvalid } from "./checkpoint-invalid.ts";
import { readCheckpoint } from "./read-checkpoint.ts";
import { writeCheckpoint } from "./write-checkpoint.ts";

silenceImportWarning();
const require = createSessionRequire(
  () => process.cwd(),
  (id) => bindings.modules.note(id),
);
Object.assign(globalThis, { require });
const bindings: Bindings = new Bindings();

async function run(...sources: readonly string[]): Promise<unknown> {
  let value: unknown;
  for (const source of sources) {
    const cell = compileCell(source, { fileName: "<cell 1>", constants: bindings.constants });
    if (cell.status === "invalid") throw new SyntaxError(cell.text);
    value = (await runCell(cell, bindings))?.[0];
  }
  return value;
}

function save(surroundings: unknown = null) {
  const { pieces, skipped, format } = writeCheckpoint(bindings, { require, surroundings });
  expect(format).toBe("javascript");
  return { bytes: Buffer.concat([...pieces]), skipped };
}

/** Runs cells, saves, forgets everything, restores, and runs one more. */
async function through(...sources: readonly string[]): Promise<unknown> {
  await run(...sources.slice(0, -1));
  const { bytes, skipped } = save();
  expect(skipped).toEqual([]);
  clear();
  expect(readCheckpoint([bytes], bindings, require).skipped).toEqual([]);
  return run(sources.at(-1) ?? "");
}

function clear(): void {
  for (const name of bindings.names()) bindings.delete(name);
}

afterEach(clear);

describe("a checkpoint keeps [R7.1] [R7.4]", () => {
  it.each<[string, unknown, ...string[]]>([
    [
      "plain data",
      { a: [1, "x", null, true, -0, NaN, Infinity] },
      "const x = { a: [1, 'x', null, true, -0, NaN, Infinity] }",
      "x",
    ],
    ["undefined, bigints", [undefined, 5n ** 50n], "const x = [undefined, 5n ** 50n]", "x"],
    [
      "maps and sets",
      "1,2|3",
      "const m = new Map([[{ k: 1 }, new Set([3])]])",
      "[...m.keys()][0].k + ',' + (m.size + 1) + '|' + [...[...m.values()][0]]",
    ],
    [
      "dates, expressions, urls",
      [5, "a+", "g", "https://a/b"],
      "const d = new Date(5), r = /a+/g, u = new URL('https://a/b')",
      "[d.getTime(), r.source, r.flags, u.href]",
    ],
    [
      "errors",
      [true, "m", "why", "E1"],
      "const e = Object.assign(new TypeError('m', { cause: new Error('why') }), { code: 'E1' })",
      "[e instanceof TypeError, e.message, e.cause.message, e.code]",
    ],
    [
      "an error's stack",
      true,
      "const e = new Error('m'); const s = e.stack",
      "e.stack === s && !Object.keys(e).includes('stack')",
    ],
    ["holes", [3, false, true], "const a = [1, , 3]", "[a.length, 1 in a, 2 in a]"],
    ["properties of arrays", 7, "const a = Object.assign([1], { more: 7 })", "a.more"],
    [
      "bytes that are shared",
      [9, 9, true],
      "const b = new ArrayBuffer(8); const u = new Uint8Array(b, 2, 4); const w = new DataView(b); u[0] = 9",
      "[w.getUint8(2), u[0], u.buffer === b]",
    ],
    [
      "typed arrays",
      [1.5, 2n],
      "const f = new Float64Array([1.5]); const g = new BigInt64Array([2n])",
      "[f[0], g[0]]",
    ],
    [
      "buffers",
      ["hi", true, 2],
      "const b = Buffer.from('hi')",
      "[b.toString(), Buffer.isBuffer(b), b.buffer.byteLength]",
    ],
    [
      "boxed values",
      ["object", 3, "s"],
      "const n = new Number(3), s = new String('s')",
      "[typeof n, n + 0, s + '']",
    ],
    [
      "symbols",
      [true, true, true],
      "const s = Symbol('s'); const o = { [s]: 1, [Symbol.for('k')]: 2, [Symbol.iterator]: 3 }",
      "[o[s] === 1, o[Symbol.for('k')] === 2, o[Symbol.iterator] === 3]",
    ],
    [
      "what is shared, across variables",
      [true, true],
      "const inner = {}; const a = [inner], b = new Set([inner])",
      "[a[0] === inner, b.has(inner)]",
    ],
    ["circles", true, "const a = { m: new Map() }; a.m.set(a, [a])", "a.m.get(a)[0] === a"],
    ["functions", 5, "const k = 2; function add(a, b = k) { return a + b }", "add(3)"],
    [
      "functions that call each other",
      3,
      "function a(n) { return n ? b(n - 1) + 1 : 0 } function b(n) { return n ? a(n - 1) + 1 : 0 }",
      "a(3)",
    ],
    [
      "a function that is made anew under its name",
      "new",
      "function f(n) { return n ? f(n - 1) : 'old' }; let old = f",
      "f = () => 'new'; old(1)",
    ],
    [
      "arrow functions, generators, async functions",
      [2, [1, 2], 4],
      "const inc = (x) => x + 1; function* g() { yield 1; yield 2 } const later = async () => 4",
      "[inc(1), [...g()], await later()]",
    ],
    [
      "methods, getters and what is hidden",
      [3, 4, false, "m"],
      "const o = { x: 1, m() { return this.x + 2 }, get y() { return this.x + 3 } }; Object.defineProperty(o, 'h', { value: 1 })",
      "[o.m(), o.y, Object.keys(o).includes('h'), o.m.name]",
    ],
    [
      "strict functions",
      [undefined, true],
      "'use strict'; function s() { return this }",
      "[s(), (function () { return this === globalThis })()]",
    ],
    ["properties of functions", 8, "function f() {}; f.count = 8", "f.count"],
    [
      "names of functions",
      "named",
      "const f = (() => () => 1)(); Object.defineProperty(f, 'name', { value: 'named' })",
      "f.name",
    ],
    [
      "classes and instances",
      [3, true, "A", 1],
      "class A { constructor(x) { this.x = x } sum() { return this.x + A.one } static one = 1 }; const a = new A(2)",
      "[a.sum(), a instanceof A, a.constructor.name, new A(1).x]",
    ],
    ["static members as they were", 5, "class A { static count = 0 }; A.count = 5", "A.count"],
    [
      "parents",
      ["B", 1, true, true],
      "class A { m() { return 1 } }; class B extends A { m() { return super.m() } }; const b = new B()",
      "[b.constructor.name, b.m(), b instanceof A, Object.getPrototypeOf(B) === A]",
    ],
    [
      "subclasses of the language's own",
      [2, true, "M", "e", true],
      "class M extends Map { twice() { return this.size * 2 } }; const m = new M([[1, 2]]); class E extends Error {}; const e = new E('e')",
      "[m.twice(), m instanceof M, m.constructor.name, e.message, e instanceof E]",
    ],
    [
      "classes that use what comes after them as they are defined",
      6,
      "const helper = () => base + 1; const base = 5; class A { static value = helper() }",
      "A.value",
    ],
    [
      "classes that make themselves",
      [true, 1],
      "class A { static one = new A(); x = 1 }",
      "[A.one instanceof A, A.one.x]",
    ],
    [
      "old classes",
      [2, true],
      "function Old() { this.x = 1 } Old.prototype.more = function () { return this.x + 1 }; const o = new Old()",
      "[o.more(), o instanceof Old]",
    ],
    [
      "what was added to a class",
      9,
      "class A { m() {} }; A.prototype.added = function () { return 9 }",
      "new A().added()",
    ],
    [
      "prototypes of objects",
      [1, true, true],
      "const parent = { x: 1 }; const child = Object.create(parent); const bare = Object.create(null)",
      "[child.x, Object.getPrototypeOf(child) === parent, Object.getPrototypeOf(bare) === null]",
    ],
    [
      "what is frozen",
      [true, true, false, true],
      "const f = Object.freeze({ a: 1 }), s = Object.seal([1]), p = Object.preventExtensions({})",
      "[Object.isFrozen(f), Object.isSealed(s), Object.isExtensible(p), Object.isFrozen(f)]",
    ],
    [
      "modules and what they export",
      ["a/b", "a/b", true, "a/b"],
      "import path, { join } from 'node:path'; const fs = require('fs'); import * as all from 'node:path'",
      "[path.join('a', 'b'), join('a', 'b'), fs === require('node:fs'), all.join('a', 'b')]",
    ],
    [
      "emitters of events",
      1,
      "const { EventEmitter } = require('events'); const e = new EventEmitter(); let n = 0; e.on('x', () => { n++ })",
      "e.emit('x'); n",
    ],
    [
      "things of the language's own",
      [true, true, true, true],
      "const a = Map, b = Array.prototype, c = Math.max, d = { console, process, me: globalThis }",
      "[a === Map, b === Array.prototype, c === Math.max, d.me === globalThis && d.process === process]",
    ],
    ["documentation", 1, "/** Adds. */ function add() {}", "1"],
  ])("%s", async (_name, expected, ...sources) => {
    await expect(through(...sources)).resolves.toEqual(expected);
  });

  it("constants as constants, comments as comments, what the caller gives", async () => {
    await run("/** Adds. */ function add() {}", "const c = 1; let l = 1");
    const { bytes } = save({ directory: "/a", environment: { A: "b" } });
    clear();
    const { surroundings } = readCheckpoint([bytes], bindings, require);
    expect(surroundings).toEqual({ directory: "/a", environment: { A: "b" } });
    expect(bindings.docOf("add")).toBe("Adds.");
    await expect(run("c = 2")).rejects.toThrow("Assignment to constant variable.");
    await expect(run("l = 2; l")).resolves.toBe(2);
    expect(bindings.names().toSorted()).toEqual(["add", "c", "l"]);
  });

  it("depth and width without end", async () => {
    await run("let list = null; for (let i = 0; i < 30_000; i++) list = { next: list }");
    await run("const wide = Array.from({ length: 30_000 }, (_, i) => ({ i }))");
    const { bytes } = save();
    clear();
    readCheckpoint([bytes], bindings, require);
    await expect(run("let n = 0; for (let at = list; at; at = at.next) n++; n")).resolves.toBe(
      30_000,
    );
    await expect(run("wide.length + wide[29_999].i")).resolves.toBe(59_999);
  });

  it("many bytes, in pieces of at most 1 MiB", async () => {
    await run("const big = Buffer.alloc(40_000_000, 7); big[39_999_999] = 9");
    const { pieces } = writeCheckpoint(bindings, { require, surroundings: null });
    const all: Uint8Array[] = [];
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(1 << 20);
      all.push(piece);
    }
    clear();
    readCheckpoint(all, bindings, require);
    await expect(run("[big.length, big[0], big[39_999_999]]")).resolves.toEqual([40_000_000, 7, 9]);
  });
});

describe("a checkpoint leaves out, by name and reason [R7.1]", () => {
  it.each([
    ["promises", "const x = Promise.resolve(1)", "a Promise cannot be kept"],
    ["what holds one", "const x = [{ a: Promise.resolve(1) }]", "it holds a Promise"],
    ["proxies", "const x = new Proxy({}, { get() { throw 1 } })", "a Proxy cannot be kept"],
    ["weak maps", "const x = new WeakMap()", "a WeakMap cannot be kept"],
    ["weak references", "const x = new WeakRef({})", "a WeakRef cannot be kept"],
    ["generators that run", "const x = (function* () {})()", "a Generator cannot be kept"],
    ["iterators", "const x = new Map().entries()", "a Map Iterator cannot be kept"],
    [
      "instances with private fields",
      "class P { #x = 1 }; const x = new P()",
      "a P, which has private fields cannot be kept",
    ],
    [
      "functions of a function around them",
      "const x = (() => { const hidden = 1; return () => hidden })()",
      "function , which uses hidden of a function around it cannot be kept",
    ],
    [
      "functions of the language's own that are bound",
      "const x = (() => 1).bind(null)",
      "function bound : it has no source cannot be kept",
    ],
    [
      "methods that use super",
      "const x = { m() { return super.toString() } }",
      "it holds function m: it uses super",
    ],
    ["timers", "const x = setTimeout(() => {}, 0)", "cannot be kept|it holds"],
    ["sockets", "const x = new (require('node:net').Socket)()", "Socket"],
    [
      "streams",
      "const x = new (require('node:stream').PassThrough)()",
      "PassThrough of Node's|Readable of Node's|PassThrough",
    ],
    ["controllers", "const x = new AbortController()", "a AbortController cannot be kept"],
    [
      "getters",
      "Object.defineProperty(globalThis, 'x', { get() { throw 1 }, enumerable: true, configurable: true })",
      "a getter cannot be kept",
    ],
  ])("%s", async (_name, source, reason) => {
    await run("const kept = { a: 1 }", source);
    const { bytes, skipped } = save();
    const entry = skipped.find(({ name }) => name === "x");
    expect(entry?.reason).toMatch(new RegExp(reason));
    clear();
    readCheckpoint([bytes], bindings, require);
    await expect(run("kept.a + typeof x")).resolves.toBe("1undefined");
  });

  it("keeps what such a variable shares with others", async () => {
    await run(
      "const shared = { a: 1 }; const bad = [shared, Promise.resolve()]; const good = [shared]",
    );
    const { bytes, skipped } = save();
    expect(skipped.map(({ name }) => name)).toEqual(["bad"]);
    clear();
    readCheckpoint([bytes], bindings, require);
    await expect(run("good[0] === shared && shared.a")).resolves.toBe(1);
  });

  it("says what could not be made again, with all that holds it", async () => {
    await run(
      "let fails = false; class A { static x = check() } function check() { if (fails) throw new Error('not here') }",
    );
    await run("const a = [new A()]; const other = 1; fails = true");
    const { bytes } = save();
    clear();
    const { skipped } = readCheckpoint([bytes], bindings, require);
    expect(Object.fromEntries(skipped.map(({ name, reason }) => [name, reason]))).toEqual({
      A: "Error: not here",
      a: "Error: its class could not be restored",
    });
    expect(bindings.names().toSorted()).toEqual(["check", "fails", "other"]);
  });

  it("says which module is not there", async () => {
    await run("const { join } = require('node:path')");
    const { bytes } = save();
    clear();
    const without = (id: string) => {
      throw new Error(`Cannot find module '${id}'`);
    };
    expect(readCheckpoint([bytes], bindings, without).skipped).toEqual([
      { name: "join", reason: "Error: Cannot find module 'node:path'" },
    ]);
  });
});

describe("a checkpoint that is none [R7.3]", () => {
  async function refusal(change: (bytes: Buffer) => Uint8Array): Promise<string> {
    await run("const x = { a: [1, 2, 3] }; let text = 'x'.repeat(3000)");
    const { bytes } = save();
    await run("const later = 1; x.a = 'as before'");
    try {
      readCheckpoint([change(bytes)], bindings, require);
    } catch (error) {
      if (!(error instanceof CheckpointInvalid)) throw error;
      await expect(run("later + x.a")).resolves.toBe("1as before");
      return error.message;
    }
    throw new Error("it was taken");
  }

  it.each<[string, (bytes: Buffer) => Uint8Array, string]>([
    ["nothing", () => new Uint8Array(), "it is cut short"],
    [
      "of another kind",
      () => Buffer.from("HOLDFAST-PY\x01and more"),
      "it does not begin as a checkpoint of JavaScript",
    ],
    ["cut short", (bytes) => bytes.subarray(0, -1), "it is cut short"],
    ["cut in the middle", (bytes) => bytes.subarray(0, bytes.length / 2), "it is cut short"],
    [
      "longer than it should be",
      (bytes) => Buffer.concat([bytes, Buffer.from("x")]),
      "something comes after its end",
    ],
    ["damaged", (bytes) => flipped(bytes, bytes.length - 2000), "it is damaged"],
    ["damaged in its length", (bytes) => flipped(bytes, 12), "it is damaged"],
  ])("is refused, with everything as before: %s", async (_name, change, reason) => {
    await expect(refusal(change)).resolves.toBe(reason);
  });

  it("is refused at every byte that is flipped, and every length", async () => {
    await run("const x = [1, { a: 'b' }]; const y = 1");
    const { bytes } = save();
    for (let at = 0; at < bytes.length; at++) {
      expect(() => readCheckpoint([flipped(bytes, at)], bindings, require)).toThrow(
        CheckpointInvalid,
      );
      expect(() => readCheckpoint([bytes.subarray(0, at)], bindings, require)).toThrow(
        CheckpointInvalid,
      );
    }
    await expect(run("y")).resolves.toBe(1);
  });

  it("is taken in pieces of any size", async () => {
    await run("const x = 'y'.repeat(5000)");
    const { bytes } = save();
    clear();
    readCheckpoint(
      Array.from(bytes, (byte) => new Uint8Array([byte])),
      bindings,
      require,
    );
    await expect(run("x.length")).resolves.toBe(5000);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x40;
  return copy;
}
