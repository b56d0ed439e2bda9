// The gate: types, lint, format, package boundaries and all tests. The packages are built before (run.mjs does that).
// `--static` leaves the tests out; all other arguments go to vitest. The last line reads `N passed, N failed, N skipped`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { checkBoundaries } from "./boundaries.ts";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isStatic = process.argv.includes("--static");
const vitestArgs = process.argv.slice(2).filter((argument) => argument !== "--static");

let child;
let stoppedBy = null;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    stoppedBy = signal;
    if (signal !== "SIGINT") child?.kill(signal); // a terminal has told the whole group
  });
}

/** @type {[name: string, step: () => Promise<Counts> | Counts][]} */
const steps = [
  ["types", () => isGreen("turbo", ["run", "typecheck", "--output-logs=errors-only"])],
  ["lint", () => isGreen("oxlint", ["--type-aware", "--deny-warnings"])],
  ["format", () => isGreen("oxfmt", ["--check"])],
  ["boundaries", boundaries],
  ...(isStatic ? [] : [["tests", tests]]),
];
const rows = [];
/** What failed, and why, said again at the end, where a reader of a long log looks first. */
const failures = [];
for (const [name, step] of steps) {
  console.log(`\n[gate] ${name}`);
  const start = Date.now();
  rows.push({ name, ...(await step()), seconds: (Date.now() - start) / 1000 });
  if (stoppedBy !== null) process.exit(128 + constants.signals[stoppedBy]);
}

console.log("\n[gate] summary");
for (const { name, passed, failed, skipped, seconds } of rows) {
  const verdict = failed === 0 ? "ok  " : "FAIL";
  const counts = name === "tests" ? `  ${passed} passed, ${failed} failed, ${skipped} skipped` : "";
  console.log(`  ${verdict}  ${name.padEnd(10)}  ${seconds.toFixed(1).padStart(6)} s${counts}`);
}
for (const failure of failures) console.log(`  ${failure}`);
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = sum("failed") === 0 ? 0 : 1;

async function isGreen(command, args) {
  return one((await exitCode(command, args)) === 0);
}

function boundaries() {
  const violations = checkBoundaries(root);
  for (const violation of violations) console.error(violation);
  return one(violations.length === 0);
}

async function tests() {
  const folder = mkdtempSync(join(tmpdir(), "gate-"));
  const report = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const code = await exitCode("vitest", ["run", ...reporters, ...vitestArgs]);
    const { testResults, numPassedTests, numFailedTests, numPendingTests, numTodoTests } =
      JSON.parse(readFileSync(report, "utf8"));
    failures.push(...testResults.flatMap(failuresOf));
    // A file that cannot be loaded and an error outside of a test fail the run, but are no failed tests.
    const failed = Math.max(numFailedTests, code === 0 ? 0 : 1);
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
  } catch (error) {
    console.error(`vitest has left no report: ${error.message}`);
    return one(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(root, name);
  const failed = assertionResults.filter((result) => result.status === "failed");
  if (failed.length === 0) return status === "failed" ? [`${file}: ${message}`] : [];
  return failed.map(({ fullName, failureMessages }) =>
    [`${file}: ${fullName}`, ...failureMessages.flatMap(withoutOthersFrames)].join("\n    "),
  );
}

function withoutOthersFrames(message) {
  return message
    .split("\n")
    .filter((line) => !/^\s+at .*(node_modules|node:|<anonymous>)/.test(line));
}

function one(isPassed) {
  return { passed: isPassed ? 1 : 0, failed: isPassed ? 0 : 1, skipped: 0 };
}

async function exitCode(command, args) {
  child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
