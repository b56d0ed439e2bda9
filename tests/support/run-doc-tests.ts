import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./repository.ts";
import { runCommand } from "./run-command.ts";

interface TestReport {
  readonly testResults: readonly {
    /** Why the file itself failed, else empty. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Runs a test file with vitest, and answers a line for each of its tests: `passed: TITLE`.
 * @param folder has the file, and `node_modules` with what it imports
 * @throws Error with all failures
 */
export async function runDocTests(
  file: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const command = join(repository, "node_modules/.bin/vitest");
  const report = `${file}.json`;
  const args = ["run", "--root", folder, "--reporter", "json", "--outputFile", report, file];
  const { stdout, stderr } = await runCommand(command, args, { cwd: folder, env });
  if (!existsSync(report)) throw new Error(`vitest told nothing:\n${stdout}${stderr}`);
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as TestReport;
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failures = [
    ...testResults.flatMap(({ message }) => (message === "" ? [] : [message])),
    ...tests.flatMap(({ failureMessages }) => failureMessages),
  ];
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return tests.map(({ status, title }) => `${status}: ${title}\n`).join("");
}
