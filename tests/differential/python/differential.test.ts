import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pythonRuntime } from "@holdfast/adapter-python";
import { describe, expect, it } from "vitest";
import { repository } from "../../support/repository.ts";
import { openSession } from "../../support/session-run.ts";
import { type Cell, readCells } from "./read-cells.ts";
import { runInSession } from "./run-in-session.ts";
import { runPlain } from "./run-plain.ts";

const runtime = pythonRuntime({ executable: process.env["HOLDFAST_TEST_PYTHON"] ?? "python3" });
const info = await runtime.inspect();
if (!info.isAvailable) throw new Error(info.reason);
const { executable, version } = info;

const cells = readCells();
const themes = Map.groupBy(cells, (cell) => cell.theme);
const section =
  readFileSync(join(repository, "docs/adapters.md"), "utf8")
    .split("### Differences from plain CPython\n")[1]
    ?.split(/^#/m)[0]
    ?.replaceAll(/\s+/g, " ") ?? "";

function runsHere({ since }: Cell): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = (since ?? "3.9").split(".").map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

/** The line of a message that a traceback ends with, which says elsewhere where a syntax error is. */
function shown(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/ \([^()]*, line \d+\)$/, "");
}

describe("the cells that a Python session and plain CPython both run", () => {
  it("are at least 160, each with a title of its own", () => {
    expect(cells.length).toBeGreaterThanOrEqual(160);
    expect(new Set(cells.map(({ theme, title }) => `${theme}: ${title}`)).size).toBe(cells.length);
  });

  it("differ only in what docs/adapters.md says", () => {
    const reasons = cells.flatMap(({ differs }) => differs ?? []);
    expect(reasons.filter((reason) => !section.includes(reason))).toEqual([]);
  });
});

describe.each([...themes])("a Python session runs %s as plain CPython does", (_theme, all) => {
  for (const cell of all) {
    (runsHere(cell) ? it.concurrent : it.skip)(`${cell.title} [R3.1]`, async () => {
      const env = { LANG: "C.UTF-8" };
      await using test = await openSession(runtime, { env });
      await using other = await openSession(runtime, { env });
      const path = process.env["PATH"] ?? "/usr/bin:/bin";
      const plainEnv = { PATH: path, HOME: other.directory, ...env };
      const plain = await runPlain(executable, cell.code, other.directory, plainEnv);
      const { outcome, ran } = await runInSession(test, cell.code);
      // In which versions it shows is not told.
      if (cell.differs !== null) return expect(outcome.end).toBe(plain.end);
      expect(outcome).toEqual(plain);
      if (ran.error !== null) {
        const { name, message } = ran.error;
        expect(plain.stderr).toContain(message === "" ? name : `${name}: ${shown(message)}`);
      }
    });
  }
});
