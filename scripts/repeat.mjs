// Runs test files many times, each time in fresh processes, and counts: `npm run repeat -- 200 tests/contract/bash.test.ts`.
// Ends with `N runs, N failed` and with code 1 when one failed.
import { createVitest } from "vitest/node";

const [times, ...files] = process.argv.slice(2);
const count = Number(times);
if (!Number.isInteger(count) || count < 1 || files.length === 0) {
  console.error("usage: npm run repeat -- TIMES FILE...");
  process.exit(2);
}

// A fresh fork for each file and run, without the start-up of the whole of vitest each time.
const vitest = await createVitest("test", { watch: false, reporters: [{}], maxWorkers: 1 });
const start = Date.now();
let failedRuns = 0;
let tests = 0;
try {
  for (let run = 1; run <= count; run++) {
    const specifications = await vitest.globTestSpecifications(files);
    if (specifications.length === 0) throw new Error(`no test file matches ${files.join(" ")}`);
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(
      specifications,
      true,
    );
    const all = testModules.flatMap((module) => [...module.children.allTests()]);
    const failed = all.filter((test) => test.result().state === "failed");
    const broken = testModules.filter(
      (module) => module.state() === "failed" && failed.length === 0,
    );
    tests += all.filter((test) => test.result().state === "passed").length;
    if (failed.length > 0 || broken.length > 0 || unhandledErrors.length > 0) {
      failedRuns++;
      const errors = [...broken.flatMap((module) => module.errors()), ...unhandledErrors];
      for (const test of failed)
        console.log(`run ${run}: ${test.fullName}: ${test.result().errors?.[0]?.message}`);
      for (const error of errors) console.log(`run ${run}: ${error.message}`);
    }
    if (run % 10 === 0 || run === count) {
      console.log(
        `${run} of ${count} runs, ${failedRuns} failed, ${((Date.now() - start) / 1000).toFixed(0)} s`,
      );
    }
  }
} finally {
  await vitest.close();
}
console.log(`${tests} tests passed in all`);
console.log(`${count} runs, ${failedRuns} failed`);
process.exitCode = failedRuns === 0 && tests > 0 ? 0 : 1;
