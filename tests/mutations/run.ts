// `npm run mutations [-- NUMBER...]`: breaks one thing after the other in a copy of the repository, and says which tests
// noticed. Ends with code 1 when one was not noticed.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { repository } from "../support/repository.ts";
import { type Mutation, mutations } from "./mutations.ts";

const run = promisify(execFile);

const chosen = new Set(process.argv.slice(2).map(Number));

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const copy = join(mkdtempSync(join(tmpdir(), "mutations-")), "repository");
try {
  console.log(`copying to ${copy} …`);
  cpSync(repository, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !/^(\.git|coverage|node_modules|bootstrap)$/.test(relative(repository, path)),
  });
  for (const shared of ["node_modules", "bootstrap"])
    symlinkSync(join(repository, shared), join(copy, shared));
  let unnoticed = 0;
  for (const [index, mutation] of mutations.entries()) {
    if (chosen.size > 0 && !chosen.has(index + 1)) continue;
    process.stdout.write(`${index + 1}/${mutations.length} ${mutation.what} … `);
    const failed = await failuresWith(mutation);
    if (failed.length === 0) unnoticed++;
    console.log(failed.length === 0 ? "NOT NOTICED" : `noticed by: ${failed[0]}`);
  }
  console.log(`${chosen.size || mutations.length} mutations, ${unnoticed} not noticed`);
  process.exitCode = unnoticed === 0 ? 0 : 1;
} finally {
  rmSync(join(copy, ".."), { recursive: true, force: true });
}

async function failuresWith({ file, find, replace, tests }: Mutation): Promise<readonly string[]> {
  const path = join(copy, file);
  const source = readFileSync(path, "utf8");
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    await build(file);
    return await failuresOf(tests);
  } finally {
    writeFileSync(path, source);
    await build(file);
  }
}

/** What other packages import of a package is what was built. */
async function build(file: string): Promise<void> {
  if (!file.endsWith(".ts")) return;
  const [parent = "", name = ""] = file.split("/");
  await run("tsdown", [], { cwd: join(copy, parent, name) });
}

async function failuresOf(tests: readonly string[]): Promise<readonly string[]> {
  const report = join(copy, "mutations.json");
  rmSync(report, { force: true });
  const options = ["run", "--bail=1", "--reporter=json", `--outputFile=${report}`];
  await run("vitest", [...options, ...tests], { cwd: copy, maxBuffer: 1 << 28 }).catch(() => {}); // its report says it
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "failed")
    .map(({ fullName }) => fullName);
}
