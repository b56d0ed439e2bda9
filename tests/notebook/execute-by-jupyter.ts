import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianPython } from "./debian-python.ts";

/** The text of a notebook as Jupyter's executor leaves it, in an empty folder that is its home too. */
export function executeByJupyter(path: string, answers: readonly string[]): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "notebooks-")));
  try {
    const executed = join(folder, "executed.ipynb");
    const script = join(import.meta.dirname, "reference.py");
    const env = { PATH: "/usr/bin:/bin", HOME: folder, LANG: "C.UTF-8", MPLCONFIGDIR: folder };
    const args = [script, folder, path, executed, ...answers];
    execFileSync(debianPython, args, { env, stdio: "pipe", timeout: 110_000 });
    return readFileSync(executed, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
