import { afterEach, describe, expect, it } from "vitest";
import { Bindings } from "../namespace/bindings.ts";
import { compileCell } from "./compile-cell.ts";
import { silenceImportWarning } from "./import-from-directory.ts";
import { createImportMeta, importMetaName } from "./import-meta.ts";
import { runCell } from "./run-cell.ts";
import { createSessionRequire } from "./session-require.ts";

silenceImportWarning();
Object.assign(globalThis, {
  require: createSessionRequire(() => process.cwd()),
  [importMetaName]: createImportMeta(() => process.cwd()),
});
const bindings = new Bindings();
let count = 0;

/** A name, the value of the last cell, the cells. */
type Case = [string, unknown, ...string[]];

/** Runs cells one after the other, as a session would; the last one's value. */
async function run(...sources: readonly string[]): Promise<unknown> {
  let value: unknown;
  for (const source of sources) {
    count += 1;
    const cell = compileCell(source, {
      fileName: `<cell ${count}>`,
      constants: bindings.constants,
    });
    if (cell.status === "invalid") throw new SyntaxError(cell.text);
    value = (await runCell(cell, bindings))?.[0];
  }
  return value;
}

afterEach(() => {
  for (const name of bindings.names()) bindings.delete(name);
  count = 0;
});

describe("declarations", () => {
  it.each([
    ["const", "const x = 1", "const x = 2"],
    ["let, without a value", "let x = 1", "let x"],
    [
      "const, let, class, function, var",
      "const x = 1",
      "let x = 2",
      "class x {}",
      "function x() {}",
      "var x = 7",
    ],
    ["function to let", "function x() {}", "let x = 3"],
    ["import to let", "import { join as x } from 'node:path'", "let x = 3"],
  ])("may be made again: %s", async (_name, ...sources) => {
    await expect(run(...sources)).resolves.toBeUndefined();
  });

  it.each<Case>([
    ["const", 3, "const x = 1", "x + 2"],
    ["let without a value is undefined again", undefined, "let x = 1", "let x", "x"],
    ["var without a value keeps it", 1, "var x = 1", "var x", "x"],
    [
      "patterns",
      [1, 2, [3, 4], 5],
      "const { a, b: { c = 2 } = {}, ...d } = { a: 1, e: 5 }, [...f] = [3, 4]",
      "[a, c, f, d.e]",
    ],
    ["patterns without spaces", [1, 2], "let{a}={a:1};let[b]=[2];[a,b]"],
    ["var in a block", 2, "if (true) { var x = 2 }", "x"],
    ["var in a loop's head", [3, 9], "for (var i = 0; i < 3; i++) var j = 9", "[i, j]"],
    ["a function before its line", 4, "const x = f(); function f() { return 4 }", "x"],
    [
      "functions that see the newest",
      2,
      "function f() { return g() }; function g() { return 1 }",
      "function g() { return 2 }",
      "f()",
    ],
    ["functions that see a later const", 5, "const f = () => later", "const later = 5", "f()"],
    [
      "a memoised recursion",
      6,
      "let n = 0; function f(x) { n++; return x ? f(x - 1) : 0 }",
      "const old = f; f = (x) => { n += 4; return 0 }",
      "old(3)",
      "n + 1",
    ],
    ["class", "A", "class A {}", "new A().constructor.name"],
    ["a class that names itself", 1, "class A { static one = new A(); x = 1 }", "A.one.x"],
    ["generators", [1, 2], "function* g() { yield 1; yield 2 }", "[...g()]"],
    ["labels", 2, "let k = 0; outer: for (;;) { for (;;) { k = 2; break outer } }", "k"],
    ["a name that Node uses", "https://a", "const URL = 'https://a'", "URL"],
    ["a name that is a getter", 7, "const crypto = 7; crypto"],
    ["a function over a getter", "mine", "function process() { return 'mine' }", "process()"],
    ["an implicit global", 5, "x = 5", "x"],
    [
      "strict code",
      1,
      "'use strict'; const x = 1; let y; class Z {}; var w = 2; function v() {}",
      "x",
    ],
    [
      "a line before without a semicolon",
      [[1], 1],
      "let a = [[1]]\nconst [b] = a[0]\nconst c = b\n;[a[0], c]",
    ],
    [
      "a pattern after a line that could go on",
      [2, 1],
      "let a = 1\nlet [b] = [2]\nlet c = a\n{}[b, a][0]\n;[b, c]",
    ],
    [
      "exports",
      [1, 2, 3],
      "export const a = 1; export function f() { return 2 }; export class C { x = 3 }; let b = 1; export { b }",
      "[a, f(), new C().x]",
    ],
    ["comments in between", 1, "const /* a */ // b\n  x /* c */ = 1", "x"],
  ])("last: %s", async (_name, expected, ...sources) => {
    await expect(run(...sources)).resolves.toEqual(expected);
  });

  it("takes a name that was there before the user back when it is deleted", async () => {
    const { crypto, process } = globalThis;
    await run("const crypto = 1; function process() {}; const Map = 2");
    expect(bindings.names()).toEqual(expect.arrayContaining(["crypto", "process", "Map"]));
    for (const name of bindings.names()) bindings.delete(name);
    expect(globalThis.crypto === crypto && globalThis.process === process).toBe(true);
    expect(new Map([[1, 2]]).get(1)).toBe(2);
    expect(bindings.names()).toEqual([]);
  });

  it("forgets what was deleted, functions too", async () => {
    await run("const plain = 1; function f() {}");
    expect(bindings.names().toSorted()).toEqual(["f", "plain"]);
    bindings.delete("plain");
    bindings.delete("f");
    expect(bindings.names()).toEqual([]);
    await expect(run("plain")).rejects.toThrow("plain is not defined");
    await expect(run("typeof f")).resolves.toBe("undefined");
    await run("let f = 2");
    expect(bindings.names()).toEqual(["f"]);
  });
});

describe("a constant", () => {
  it.each([
    ["in its cell", "const x = 1; x = 2"],
    ["in a later cell", "const x = 1", "x = 2"],
    ["in a function", "const x = 1; function f() { x++ }", "f()"],
    ["in a pattern", "const x = 1", "({ x } = { x: 2 })"],
    ["in a loop", "const x = 1", "for (x of [1]);"],
    ["of an import", "import { join } from 'node:path'", "join += 1"],
  ])("stays what it is: %s", async (_name, ...sources) => {
    await expect(run(...sources)).rejects.toThrow(
      new TypeError("Assignment to constant variable."),
    );
  });

  it("is none when its cell failed before it had a value", async () => {
    await expect(run("const never = null.x")).rejects.toThrow("of null");
    await expect(run("never = 1; never")).resolves.toBe(1);
  });

  it("does not hold where its name means something else", async () => {
    const source = "(function (x) { x = 2; { let y = 1; y = 3; } return x })(1)";
    await expect(run("const x = 1; const y = 2", source)).resolves.toBe(2);
    await expect(run("const x = 1", "let x = 2; x = 3; x")).resolves.toBe(3);
    await expect(run("const z = 1; const f = () => { z = 2 }", "let z = 5; f(); z")).resolves.toBe(
      2,
    );
  });
});

describe("the result", () => {
  it.each<readonly [string, unknown]>([
    ["1 + 1", 2],
    ["1 + 1;", 2],
    ["1 + 1 // why", 2],
    ["'use strict'", "use strict"],
    ["{ a: 1 }", { a: 1 }],
    ["{ a: 1, b: { c: 2 } }", { a: 1, b: { c: 2 } }],
    ["{}", {}],
    ["{ let a = 1; a + 1 }", 2],
    ["if (true) { 5 }", 5],
    ["const x = 1", undefined],
    ["5; const x = 1", undefined],
    ["function f() {}", undefined],
    ["5; function f() {}", undefined],
    ["class A {}", undefined],
    ["#!/usr/bin/env node\n3", 3],
    ["", undefined],
    ["// nothing", undefined],
    ["(1, 2)", 2],
    ["await 1, await 2", 2],
    ["await (async () => 7)() // why", 7],
    ["let z = await 1; z + 1", 2],
    ["(() => this === globalThis)()", true],
    ["`a\n${1}`", "a\n1"],
  ])("of %s", async (source, expected) => {
    await expect(run(source)).resolves.toEqual(expected);
  });

  it("is a promise that nobody has waited for", async () => {
    const compiled = compileCell("Promise.reject(new Error('x'))", { fileName: "<cell 1>" });
    if (compiled.status === "invalid") throw new Error(compiled.text);
    const value = runCell(compiled, bindings) as readonly [Promise<unknown>];
    await expect(value[0]).rejects.toThrow("x");
    const later = compileCell("await 0, [Promise.resolve(1)][0]", { fileName: "<cell 1>" });
    if (later.status === "invalid") throw new Error(later.text);
    expect((await runCell(later, bindings))?.[0]).toBeInstanceOf(Promise);
  });
});

describe("await at top level", () => {
  it.each<Case>([
    ["in a declaration", 3, "const { a, b = await 2 } = await { a: 1 }", "a + b"],
    ["in for await", 3, "let s = 0; for await (const x of [1, Promise.resolve(2)]) s += x", "s"],
    ["in a class", 4, "class A extends (await Object) { [await 'x'] = 4 }", "new A().x"],
    ["in a block with var", 5, "try { var x = await 5 } catch {}", "x"],
    ["in a loop's head", 2, "for (var i of await [1, 2]);", "i"],
    ["in loops of patterns", 3, "for (var { y } of await [{ y: 3 }]);", "y"],
    ["in an if without a block", 1, "if (await 1) var v = 1; else var v = 2", "v"],
    ["with functions hoisted", 6, "const x = await f(); async function f() { return 6 }", "x"],
    [
      "in strict code",
      1,
      "'use strict'\nvar q = await 1\nclass K { x = 1 }\nlet r = 2",
      "new K().x",
    ],
    ["in a template", "a1", "`a${await 1}`"],
    ["in an export", 8, "export const a = await 8", "a"],
  ])("last: %s", async (_name, expected, ...sources) => {
    await expect(run(...sources)).resolves.toEqual(expected);
  });

  it("runs one statement after the other", async () => {
    const source =
      "const log = []; log.push(1); await null; log.push(2); await null; log.push(3); log.join()";
    await expect(run(source)).resolves.toBe("1,2,3");
  });

  it("keeps what was declared before it failed", async () => {
    await expect(
      run("const a = 1; await Promise.reject(new Error('no')); const b = 2"),
    ).rejects.toThrow("no");
    expect(bindings.names()).toEqual(["a"]);
  });
});

describe("import", () => {
  it.each<Case>([
    [
      "default, named, renamed, namespace",
      "object,function,function,object",
      "import path, { join, join as j } from 'node:path'; import * as all from 'node:path'",
      "[path, join, j, all].map((x) => typeof x).join()",
    ],
    ["for its side effect", 1, "import 'node:path'; 1"],
    [
      "before what stands in front of it",
      "a/b",
      "const x = join('a', 'b'); import { join } from 'node:path'",
      "x",
    ],
    ["with a name in quotes", "a/b", "import { 'join' as j } from 'node:path'; j('a', 'b')"],
    [
      "with attributes",
      "module",
      "import data from './package.json' with { type: 'json' }",
      "data.type",
    ],
    [
      "import.meta",
      [true, true, true, true],
      "const meta = () => import . meta; const { dirname, url } = import.meta",
      "[dirname === process.cwd(), url.endsWith('/cell'), meta().resolve('node:fs') === 'node:fs', import.meta.resolve('./a') === url.replace(/cell$/, 'a')]",
    ],
    ["dynamic", "a/b", "(await import('node:path')).join('a', 'b')"],
  ])("last: %s", async (_name, expected, ...sources) => {
    await expect(run(...sources)).resolves.toEqual(expected);
  });

  it("says what a module does not export", async () => {
    await expect(run("import { nonesuch } from 'node:path'")).rejects.toThrow(
      new SyntaxError(
        "The requested module 'node:path' does not provide an export named 'nonesuch'",
      ),
    );
  });
});

describe("using", () => {
  const resources =
    "const log = []; const make = (n) => ({ n, [Symbol.dispose]() { log.push(n) }, async [Symbol.asyncDispose]() { await 0; log.push('async ' + n) } })";

  it("disposes of what it took at the end of the cell, the last first", async () => {
    await run(
      resources,
      "using a = make(1), b = null\nawait using c = make(2)\nlog.push(a.n + c.n)",
    );
    await expect(run("log.join()")).resolves.toBe("3,async 2,1");
    await expect(run("typeof a + typeof b + typeof c")).resolves.toBe("undefined".repeat(3));
  });

  it("does so when the cell fails", async () => {
    await expect(run(resources, "using a = make(1)\nnull.x")).rejects.toThrow("of null");
    await expect(run("log.join()")).resolves.toBe("1");
    await expect(run("using a = 5")).rejects.toThrow("not disposable");
  });
});

describe("places in stack traces", () => {
  it.each([
    ["the first line", "  null.x", "<cell 1>:1:8"],
    ["after a declaration", "const a = 1; null.x", "<cell 1>:1:19"],
    ["after a pattern", "const { a } = {}; null.x", "<cell 1>:1:24"],
    ["in a class", "let a = 1; class A { m() { null.x } }; new A().m()", "A.m (<cell 1>:1:33)"],
    ["after a class", "class A {} null.x", "<cell 1>:1:17"],
    ["in a function", "const a = 1\n  function f() {\n null.x }; f()", "f (<cell 1>:3:7)"],
    ["in a function before await", "await 1; function f() { null.x } f()", "f (<cell 1>:1:30)"],
    ["after await", "await 1; const a = 2; await 3; null.x", "<cell 1>:1:37"],
    ["after await on a line of its own", "await 1\nconst a = 2\n  await null.x", "<cell 1>:3:14"],
    ["in an object", "{ a: null.x }", "<cell 1>:1:11"],
    ["after an import", "import 'node:path'; null.x", "<cell 1>:1:26"],
    ["in strict code", "'use strict'; null.x", "<cell 1>:1:20"],
    ["after types", "const a: number = 1; type X = 1; null.x", "<cell 1>:1:39"],
  ])("%s", async (_name, source, place) => {
    const error = (await run(source).catch((thrown: unknown) => thrown)) as Error;
    expect(error.stack).toContain(`at ${place}`);
  });
});

describe("checks after await", () => {
  const checked = async (source: string) => {
    const cell = compileCell(source, { fileName: "<cell 1>", resumptionCheck: "resumed" });
    if (cell.status === "invalid") throw new Error(cell.text);
    return { cell, value: (await runCell(cell, bindings))?.[0] };
  };

  it.each([
    ["await 1", [1]],
    ["let a = await 1 + await (await 2)\nawait a", [1, 2, 2, 3]],
    ["for await (const x of [1, 2]) await x", [undefined, 1, undefined, 2]],
    ["for await (const x of [1, 2]) { x }", [undefined, undefined]],
    ["let n = 2; while (n--)\n  await n", [1, 0]],
    ["const f = async () => { await 5 }; await f()", [undefined]],
    ["({ a: await 1, [await 2]: (await 3)?.x })", [1, 2, 3]],
    ["class A extends (await Object) {}", [Object]],
    ["const { b = await 2 } = await {}", [{}, 2]],
  ])("%s", async (source, expected) => {
    const seen: unknown[] = [];
    const resumed = (value: unknown) => (seen.push(value), value);
    bindings.set("resumed", resumed);
    await checked(source);
    expect(seen).toEqual(expected);
  });

  it("end code that was interrupted, in a loop too", async () => {
    let turns = 0;
    bindings.set("resumed", () => {
      turns += 1;
      if (turns === 3) throw new Error("interrupted");
    });
    await expect(checked("let done = 0; while (true) { await null; done++ }")).rejects.toThrow(
      "interrupted",
    );
    expect(bindings.get("done")).toBe(2);
  });

  it.each([
    ["await 1; const a = 2; await 3; null.x", 37],
    ["await 1, null.x", 15],
    ["const b = await 1, c = null.x", 29],
    ["{ a: await 1, b: null.x }", 23],
    ["for await (const x of [1]) { null.x }", 35],
    ["await 1; let p: number = await 2; null.x", 40],
    ["const k = 1; await 1; null.x; k = 2", 28],
  ])("leave places where they are: %s", async (source, column) => {
    bindings.set("resumed", (value: unknown) => value);
    const cell = compileCell(source, { fileName: "<cell 1>", resumptionCheck: "resumed" });
    if (cell.status === "invalid") throw new Error(cell.text);
    const error = (await Promise.resolve(runCell(cell, bindings)).catch(
      (thrown: unknown) => thrown,
    )) as Error;
    const [, line, at] = /<cell 1>:(\d+):(\d+)/.exec(error.stack ?? "") ?? [];
    expect(cell.originalPosition?.({ line: Number(line), column: Number(at) })).toEqual({
      line: 1,
      column,
    });
  });
});

describe("TypeScript", () => {
  it.each<Case>([
    [
      "annotations",
      3,
      "function add(a: number, b?: number): number { return a + (b as number) }",
      "add(1, 2)",
    ],
    [
      "interfaces and types",
      1,
      "interface A { x: number }\ntype B = A;\nconst b: B = { x: 1 }",
      "b.x",
    ],
    ["generics", "a", "const same = <T,>(x: T): T => x", "same<string>('a')"],
    ["enums", "B", "enum E { A, B }", "E[1]"],
    ["namespaces", 4, "namespace N { export const q = 4 }", "N.q"],
    ["parameter properties", 5, "class P { constructor(readonly x: number) {} }", "new P(5).x"],
    ["old casts", 6, "let a = <any>6; a"],
    [
      "type imports",
      2,
      "import { type PathLike } from 'node:fs'; import type { Stats } from 'node:fs'; 2",
    ],
    ["import = require", "a/b", "import path = require('node:path'); path.join('a', 'b')"],
    ["satisfies, !", 1, "const o = { a: 1 } satisfies object; o!.a"],
    ["await", 1, "const v: number = await 1", "v"],
    [
      "an abstract class",
      1,
      "abstract class Q { abstract m(): void; x: number = 1 } class R extends Q { m(): void {} }",
      "new R().x",
    ],
  ])("runs: %s", async (_name, expected, ...sources) => {
    await expect(run(...sources)).resolves.toEqual(expected);
  });
});
