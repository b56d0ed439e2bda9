import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, comparable } from "./outcome.ts";

/** Runs a cell as a script of its own: `python3 cell.py` in that folder, with nothing on its standard input. */
export async function runPlain(
  executable: string,
  code: string,
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const path = join(directory, "cell.py");
  writeFileSync(path, code);
  const outcome = await new Promise<Outcome>((done) => {
    const process = execFile(
      executable,
      [path],
      { cwd: directory, env, maxBuffer: 1 << 26 },
      (_error, stdout, stderr) =>
        done({ stdout, stderr, end: process.signalCode ?? `exit ${process.exitCode}` }),
    );
    process.stdin?.end();
  });
  return comparable(outcome, directory);
}
