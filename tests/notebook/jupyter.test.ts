import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pythonRuntime } from "@holdfast/adapter-python";
import { executeNotebook, readNotebook, writeNotebook } from "@holdfast/notebook";
import { describe, expect, it } from "vitest";
import { repository } from "../support/repository.ts";
import { openSession } from "../support/session-run.ts";
import { debianPython as executable, hasDebianModules } from "./debian-python.ts";
import { type Difference, equalised, readDifferences } from "./differences.ts";
import { executeByJupyter } from "./execute-by-jupyter.ts";
import { hostSession } from "./host-session.ts";

const isThere = hasDebianModules("nbclient", "ipykernel", "nbformat", "pandas", "matplotlib");

const notebooks: readonly {
  readonly name: string;
  readonly status?: string;
  readonly answers?: readonly string[];
}[] = [
  { name: "python" },
  { name: "pandas" },
  { name: "matplotlib" },
  { name: "errors", status: "error" },
  { name: "input", answers: ["Ada", "3", "4", "secret", "the last one"] },
];

describe.skipIf(!isThere)("notebooks, beside Jupyter's own executor", () => {
  const differences = readDifferences();
  const executed = new Map<string, { readonly ours: string; readonly theirs: string }>();

  it.for(notebooks)(
    "$name: the whole file is equal but for the documented differences",
    { timeout: 120_000 },
    async ({ name, status = "ok", answers = [] }) => {
      const path = join(repository, "tests/notebook/fixtures", `${name}.ipynb`);
      const text = readFileSync(path, "utf8");
      const notebook = readNotebook(text);
      expect(writeNotebook(notebook)).toBe(text);
      await using test = await openSession(pythonRuntime({ executable }));
      const waiting = [...answers];
      const run = await executeNotebook(notebook, hostSession(test.session), {
        onInput: answers.length === 0 ? null : () => waiting.shift() ?? null,
      });
      expect(run).toMatchObject({ status, kernel: "ipython", withoutIpython: null });
      const both = { ours: writeNotebook(notebook), theirs: executeByJupyter(path, answers) };
      executed.set(name, both);
      expect(equalised(both.ours, differences)).toEqual(equalised(both.theirs, differences));
    },
  );

  it.for(differences)("there is a difference in $what", (difference) => {
    const others = differences.filter((each) => each !== difference);
    const unequal = [...executed].filter(([, both]) => !isEqual(both, others));
    expect(unequal.map(([name]) => name)).not.toEqual([]);
  });
});

function isEqual(
  { ours, theirs }: { readonly ours: string; readonly theirs: string },
  known: readonly Difference[],
): boolean {
  return JSON.stringify(equalised(ours, known)) === JSON.stringify(equalised(theirs, known));
}
