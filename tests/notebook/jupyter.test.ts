import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonRuntime } from "@holdfast/adapter-python";
import { executeNotebook, readNotebook, writeNotebook } from "@holdfast/notebook";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../support/repository.ts";
import { openSession } from "../support/session-run.ts";
import { debianPython as executable, hasDebianModules } from "./debian-python.ts";
import { type Difference, equalised, readDifferences } from "./differences.ts";
import { hostSession } from "./host-session.ts";

const notebooks: readonly { readonly name: string; readonly answers?: readonly string[] }[] = [
  { name: "python" },
  { name: "pandas" },
  { name: "matplotlib" },
  { name: "errors" },
  { name: "input", answers: ["Ada", "3", "4", "secret", "the last one"] },
];
const statuses: Readonly<Record<string, string>> = { errors: "error" };

const isThere = hasDebianModules("nbclient", "ipykernel", "nbformat", "pandas", "matplotlib");

describe.skipIf(!isThere)("notebooks, beside Jupyter's own executor", () => {
  const differences = readDifferences();
  const ours = new Map<string, string>();
  const theirs = new Map<string, string>();
  let folder: string;

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "notebooks-")));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.for(notebooks)(
    "$name: the whole file is equal but for the documented differences",
    { timeout: 120_000 },
    async ({ name, answers = [] }) => {
      const text = readFileSync(fixture(name), "utf8");
      const notebook = readNotebook(text);
      expect(writeNotebook(notebook)).toBe(text);
      await using test = await openSession(pythonRuntime({ executable }));
      const waiting = [...answers];
      const run = await executeNotebook(notebook, hostSession(test.session), {
        onInput: answers.length === 0 ? null : () => waiting.shift() ?? null,
      });
      expect(run).toMatchObject({ status: statuses[name] ?? "ok", kernel: "ipython" });
      ours.set(name, writeNotebook(notebook));
      theirs.set(name, executeByJupyter(name, answers));
      expect(equalised(ours.get(name) ?? "", differences)).toEqual(
        equalised(theirs.get(name) ?? "", differences),
      );
    },
  );

  it.for(differences)("there is a difference in $what", (difference) => {
    const others = differences.filter((each) => each !== difference);
    const isNeeded = (name: string) => !isEqual(name, others);
    expect(notebooks.map(({ name }) => name).filter(isNeeded)).not.toEqual([]);
  });

  function executeByJupyter(name: string, answers: readonly string[]): string {
    const executed = join(folder, `${name}.ipynb`);
    const script = join(import.meta.dirname, "reference.py");
    const env = { PATH: "/usr/bin:/bin", HOME: folder, LANG: "C.UTF-8", MPLCONFIGDIR: folder };
    execFileSync(executable, [script, folder, fixture(name), executed, ...answers], {
      env,
      stdio: "pipe",
      timeout: 110_000,
    });
    return readFileSync(executed, "utf8");
  }

  function isEqual(name: string, known: readonly Difference[]): boolean {
    const [a, b] = [ours, theirs].map((texts) => equalised(texts.get(name) ?? "", known));
    return JSON.stringify(a) === JSON.stringify(b);
  }
});

function fixture(name: string): string {
  return join(repository, "tests/notebook/fixtures", `${name}.ipynb`);
}
