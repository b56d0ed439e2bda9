import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startServer } from "../support/live-server.ts";
import { holdfast, startHoldfast } from "./holdfast.ts";
import { startTerminal } from "./terminal.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "command-run-"));
  file = join(folder, "a.ipynb");
});
afterEach(() => rmSync(folder, { recursive: true }));

interface WrittenCell {
  readonly outputs: readonly { readonly text?: readonly string[]; readonly ename?: string }[];
  readonly execution_count: number | null;
}

function writeCells(...sources: readonly string[]): void {
  const cells = sources.map((source, at) => ({
    cell_type: "code",
    id: `cell-${at}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  }));
  const metadata = { kernelspec: { name: "python3", language: "python", display_name: "Python" } };
  writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
}

function cellsOf(path: string): readonly WrittenCell[] {
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly cells: readonly WrittenCell[] })
    .cells;
}

const run = (...args: readonly string[]) => holdfast(["run", "--plain", file, ...args]);

it("runs the cells, shows each, and writes the outputs back; in the notebook's directory", async () => {
  writeCells(
    "x = 20",
    "import os\nprint(x + 1, os.path.samefile('.', os.path.dirname(os.path.abspath('a.ipynb'))))",
  );
  const { code, stdout, stderr } = await run();
  expect([code, stdout]).toEqual([0, ""]);
  expect(stderr).toMatch(
    /^✓ 1\/2 x = 20 [\d.]+ m?s\n✓ 2\/2 import os… .*\n.*a\.ipynb: ran, 2 cells, .*\n$/,
  );
  expect(cellsOf(file)).toMatchObject([
    { execution_count: 1, outputs: [] },
    { execution_count: 2, outputs: [{ text: ["21 True\n"] }] },
  ]);
  expect(readdirSync(folder)).toEqual(["a.ipynb"]);
});

it("ends at an error with 1 and the traceback, and writes what ran; --allow-errors goes on", async () => {
  writeCells("print('first')", "1/0", "print('last')");
  const { code, stderr } = await run("--output", join(folder, "b.ipynb"));
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /✗ 2\/3 1\/0 .* error\n\n[^]*Traceback[^]*ZeroDivisionError: division by zero\n/,
  );
  expect(stderr).toMatch(/: error in 2 of 3, 2 cells, /);
  const ended = cellsOf(join(folder, "b.ipynb"));
  expect(ended.map(({ outputs }) => outputs.length)).toEqual([1, 1, 0]);
  expect(cellsOf(file).map(({ outputs }) => outputs.length)).toEqual([0, 0, 0]);

  const all = await run("--allow-errors", "--json");
  expect(all.code).toBe(0);
  expect(JSON.parse(all.stdout)).toMatchObject({
    status: "ok",
    output: file,
    kernel: "python",
    cells: [{ status: "ok" }, { status: "error" }, { index: 2, status: "ok" }],
    failedCell: null,
  });
  expect(cellsOf(file).map(({ outputs }) => outputs.length)).toEqual([1, 1, 1]);
});

it("--output - prints the notebook and leaves the file; --timeout ends a cell with 124", async () => {
  writeCells("print(1)", "import time; time.sleep(100)");
  const before = readFileSync(file, "utf8");
  const { code, stdout } = await run("--output", "-", "--timeout", "300ms");
  expect(code).toBe(124);
  expect(JSON.parse(stdout)).toMatchObject({ nbformat: 4, cells: [{ execution_count: 1 }, {}] });
  expect(readFileSync(file, "utf8")).toBe(before);
});

it("Ctrl-C ends it with 130, and what ran is written", async () => {
  writeCells("print('first')", "import time; time.sleep(100)", "print('last')");
  const { child, exited } = startHoldfast(["run", "--plain", file]);
  let shown = "";
  for await (const [chunk] of on(child.stderr))
    if ((shown += String(chunk)).includes("✓ 1/3")) break;
  child.kill("SIGINT");
  expect(await exited).toEqual([130, null]);
  expect(cellsOf(file).map(({ outputs }) => outputs.length)).toEqual([1, 1, 0]);
});

it("asks in the terminal for what cells want to know", async () => {
  writeCells("a = input('fi' + 'rst? ')", "b = input('sec' + 'ond? ')", "print(a, b)");
  await using terminal = startTerminal(["run", "--plain", file]);
  await terminal.sees("first? ");
  terminal.type("one\r");
  await terminal.sees("second? ");
  terminal.type("two\r");
  await terminal.sees("ran, 3 cells");
  expect(await terminal.exitCode).toBe(0);
  expect(cellsOf(file)[2]?.outputs[0]?.text).toEqual(["one two\n"]);
});

it("runs in a session of a server, which keeps what the cells left", async () => {
  await using server = await startServer();
  const env = { HOLDFAST_URL: server.url };
  await holdfast(["create", "-r", "python", "--id", "nb"], { env });
  writeCells("x = 41");
  expect((await holdfast(["run", "--plain", file, "-s", "nb"], { env })).code).toBe(0);
  expect((await holdfast(["exec", "-s", "nb", "-c", "x + 1"], { env })).stdout).toBe("42\n");
});

it.each([
  ["no json", "not JSON"],
  ['{"nbformat": 3, "metadata": {}, "worksheets": []}', "nbformat 3.0 received"],
])("%j is refused with 2", async (text, message) => {
  writeFileSync(file, text);
  const { code, stderr } = await run();
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(readFileSync(file, "utf8")).toBe(text);
});

/** The chunks of a stream, of which one may stop to listen without its end. */
async function* on(stream: NodeJS.ReadableStream): AsyncGenerator<readonly [unknown]> {
  for (;;) yield (await once(stream, "data")) as [unknown];
}
