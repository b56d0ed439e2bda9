import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileCell } from "../cell/compile-cell.ts";
import { silenceImportWarning } from "../cell/import-from-directory.ts";
import { runCell } from "../cell/run-cell.ts";
import { Bindings } from "../namespace/bindings.ts";
import { CellSources } from "./cell-sources.ts";
import { describeFailure, describeInvalidCell } from "./describe-failure.ts";

silenceImportWarning();
const bindings = new Bindings();
const sources = new CellSources();
const isOurs = (file: string) => file.includes("/src/worker/") || file.includes("/node_modules/");

async function failureOf(source: string, fileName = "<cell 1>") {
  const cell = compileCell(source, { fileName });
  if (cell.status === "invalid") {
    sources.remember(fileName, source);
    return describeInvalidCell(cell, fileName, sources);
  }
  sources.remember(fileName, source, cell.originalPosition);
  try {
    await runCell(cell, bindings);
  } catch (error) {
    return describeFailure(error, { sources, isOurs });
  }
  throw new Error("it did not fail");
}

describe("describeFailure()", () => {
  it("tells where it was, the outermost frame first, without frames of ours", async () => {
    const failure = await failureOf("function f() {\n  null.x\n}\n\nf()");
    expect(failure).toEqual({
      name: "TypeError",
      message: "Cannot read properties of null (reading 'x')",
      traceback: [
        { file: "<cell 1>", line: 5, function: "", source: "f()" },
        { file: "<cell 1>", line: 2, function: "f", source: "null.x" },
      ],
      text:
        "<cell 1>:2\n  null.x\n       ^\n\n" +
        "TypeError: Cannot read properties of null (reading 'x')\n" +
        "    at f (<cell 1>:2:8)\n    at <cell 1>:5:1\n",
    });
  });

  it("tells it of code after await too", async () => {
    const failure = await failureOf(
      "async function g() {\n  await 1; throw new RangeError('r') }\nawait g()",
    );
    expect(failure.text).toBe(
      "<cell 1>:2\n  await 1; throw new RangeError('r') }\n                 ^\n\n" +
        "RangeError: r\n    at g (<cell 1>:2:18)\n    at async <cell 1>:3:1\n",
    );
    expect(failure.traceback.map((frame) => frame.line)).toEqual([3, 2]);
  });

  it("tells places of TypeScript that was printed anew", async () => {
    const failure = await failureOf(
      "enum E { A }\n\n\nfunction f(): void {\n  throw new Error('x')\n}\n\n\nf()",
    );
    expect(failure.traceback.map(({ line, source }) => [line, source])).toEqual([
      [9, "f()"],
      [5, "throw new Error('x')"],
    ]);
    expect(failure.text).toContain("at f (<cell 1>:5:9)");
  });

  it("tells causes, properties and the errors of an AggregateError", async () => {
    const { text, name, message } = await failureOf(
      "throw Object.assign(new AggregateError([new Error('one')], 'all', { cause: new TypeError('why') }), { code: 'E1' })",
    );
    expect({ name, message }).toEqual({ name: "AggregateError", message: "all" });
    expect(text).toMatch(/AggregateError: all\n {4}at <cell 1>:1:\d+ \{/);
    expect(text).toContain("code: 'E1'");
    expect(text).toMatch(/\[cause\]: TypeError: why/);
    expect(text).toMatch(/\[errors\]: \[\s+Error: one/);
    expect(text).not.toMatch(/node:vm|run-cell/);
  });

  it.each([
    ["throw 5", { name: "number", message: "5", text: "Uncaught 5\n" }],
    ["throw undefined", { name: "undefined", message: "undefined" }],
    ["throw 'x'", { name: "string", message: "'x'" }],
    ["throw { a: 1 }", { name: "Object", message: "{ a: 1 }" }],
    ["throw null", { name: "null", message: "null" }],
    ["throw Symbol('s')", { name: "symbol", message: "Symbol(s)" }],
    ["throw () => 1", { name: "Function", message: "[Function (anonymous)]" }],
    ["throw new Proxy(new Error('x'), { get() { throw 1 } })", { name: "Proxy" }],
    ["throw new (class Mine extends Error {})('m')", { name: "Mine", message: "m" }],
    ["throw Object.assign(new Error('m'), { name: 'Named' })", { name: "Named", message: "m" }],
    [
      "throw Object.assign(new Error(''), { stack: 5 })",
      { name: "Error", message: "", traceback: [] },
    ],
    [
      "throw Object.defineProperty(new Error('m'), 'stack', { get() { throw 1 } })",
      { name: "Error", message: "m", text: "Error: m\n" },
    ],
    [
      "throw Object.defineProperty(new Error('m'), 'message', { get() { throw 1 } })",
      { name: "Error", message: "<could not be described: 1>" },
    ],
    [
      "throw Object.defineProperty(new Error('m'), 'name', { get() { throw 1 } })",
      { name: "Error", message: "m" },
    ],
  ])("tells %s", async (source, expected) => {
    const failure = await failureOf(source);
    expect(failure).toMatchObject(expected);
    expect(failure.text).not.toBe("");
  });

  it("bounds endless recursion and long messages", async () => {
    const deep = await failureOf("function f() { f() }\nf()");
    expect(deep.traceback.length).toBeLessThan(201);
    expect(deep).toMatchObject({ name: "RangeError", message: "Maximum call stack size exceeded" });
    const long = await failureOf("throw new Error('x'.repeat(20_000_000))");
    expect(long.message.length + long.text.length).toBeLessThan(9_000_000);
  });

  it("does not tell a place of a script twice as one of the source", async () => {
    const source = "enum E { A }\n\n\n\nconst e = new Error('x')\nthrow e";
    const first = await failureOf(source);
    const again = describeFailure(Reflect.get(globalThis, "e"), { sources, isOurs });
    expect(again.text).toBe(first.text);
  });

  it.each([
    [
      "const a = 1\n import b from 'nonesuch-package'",
      "Error",
      2,
      "import b from 'nonesuch-package'",
    ],
    [
      "import { nonesuch } from 'node:path'",
      "SyntaxError",
      1,
      "import { nonesuch } from 'node:path'",
    ],
  ])("tells which import could not be done: %s", async (source, name, line, text) => {
    const failure = await failureOf(source);
    expect(failure.name).toBe(name);
    expect(failure.traceback).toEqual([{ file: "<cell 1>", line, function: "", source: text }]);
  });

  it("tells lines of files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-failure-"));
    writeFileSync(join(folder, "fails.mjs"), "export function fail() {\n  null.x\n}\n");
    const { traceback } = await failureOf(`import { fail } from "${folder}/fails.mjs"\nfail()`);
    rmSync(folder, { recursive: true });
    expect(traceback.map(({ line, source }) => [line, source])).toEqual([
      [2, "fail()"],
      [2, "null.x"],
    ]);
  });

  it("tells what is no code", async () => {
    expect(await failureOf("let a = 1\n  let b = )")).toEqual({
      name: "SyntaxError",
      message: "Unexpected token ')'",
      traceback: [{ file: "<cell 1>", line: 2, function: "", source: "let b = )" }],
      text: "<cell 1>:2\n  let b = )\n          ^\n\nSyntaxError: Unexpected token ')'\n",
    });
  });
});

describe("CellSources", () => {
  it("remembers the last cells, and no more than it may", () => {
    const own = new CellSources();
    for (let index = 0; index < 3000; index++) own.remember(`<cell ${index}>`, `line ${index}`);
    expect(own.lineOf("<cell 2999>", 1)).toBe("line 2999");
    expect(own.has("<cell 1>")).toBe(false);
    own.remember("<cell 3000>", "x".repeat(20_000_000));
    expect(own.has("<cell 2999>")).toBe(false);
    expect(own.has("<cell 3000>")).toBe(true);
  });
});
