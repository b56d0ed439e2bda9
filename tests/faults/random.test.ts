import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import type { Runtime } from "@holdfast/core";
import { randomOfThisRun, scriptedCode, watchLeaks } from "@holdfast/harness";
import { expect, it } from "vitest";
import { has } from "../support/requires.ts";
import { type TestSession, openSession } from "../support/session-run.ts";
import {
  type FaultLanguage,
  type RandomFault,
  expectOneEnd,
  frameFaults,
  sessionFaults,
  stateFaults,
  templateFaults,
} from "./random-faults.ts";
import { scriptedRuntime } from "./scripted-runtime.ts";

const rounds = Number(process.env["HOLDFAST_FAULT_ROUNDS"] ?? 25);

const bash: FaultLanguage = {
  name: "bash",
  mark: (text) => `mark=${text}`,
  readMark: 'printf %s "$mark"',
  endless: ["while :; do :; done", "sleep 1000", "while :; do echo tick; done", "cat /dev/zero"],
  count: (to) => `for ((i = 1; i <= ${to}; i++)); do echo $i; done`,
  zeros: (bytes) => `head -c ${bytes} /dev/zero`,
  closeDescriptors:
    'for fd in /proc/$$/fd/*; do eval "exec ${fd##*/}>&-"; done 2> /dev/null; sleep 0.1',
  ends: [
    { code: "exit 3", exitCode: 3, signal: null },
    { code: "kill -9 $$", exitCode: null, signal: "SIGKILL" },
    { code: "kill -SEGV $$", exitCode: null, signal: "SIGSEGV" },
  ],
};

const python: FaultLanguage = {
  name: "python",
  mark: (text) => `mark = ${JSON.stringify(text)}`,
  readMark: "print(globals().get('mark', ''), end='')",
  endless: [
    "while True: pass",
    "import time; time.sleep(1000)",
    "while True: print('tick')",
    "import subprocess; subprocess.run(['sleep', '1000'])",
  ],
  count: (to) => `for i in range(1, ${to} + 1): print(i)`,
  zeros: (bytes) => `import os; _ = os.write(1, bytes(${bytes}))`,
  closeDescriptors: "import os, time; os.closerange(0, 4096); time.sleep(0.1)",
  ends: [
    { code: "import os; os._exit(3)", exitCode: 3, signal: null },
    { code: "import os; os.kill(os.getpid(), 9)", exitCode: null, signal: "SIGKILL" },
    { code: "import os; os.kill(os.getpid(), 11)", exitCode: null, signal: "SIGSEGV" },
  ],
};

const scripted: FaultLanguage = {
  name: "scripted",
  mark: (text) => scriptedCode({ type: "keep", text }),
  readMark: scriptedCode({ type: "recall" }),
  endless: [],
  count: String,
  zeros: String,
  closeDescriptors: "",
  ends: [],
};

interface Subject {
  readonly language: FaultLanguage;
  readonly runtime: Runtime;
  readonly faults: Readonly<Record<string, RandomFault>>;
}

const options = { interruptGraceMs: 200, terminateGraceMs: 50 };

it.skipIf(!has("bash") || !has("python3"))(
  `${rounds} faults at random moments: every end is true, every session goes on, nothing is left (HOLDFAST_FAULT_ROUNDS, HOLDFAST_SEED)`,
  { timeout: 60_000 + rounds * 5_000 },
  async () => {
    const random = randomOfThisRun("random faults");
    const leaks = await watchLeaks();
    {
      using worker = scriptedRuntime();
      const subjects: readonly Subject[] = [
        { language: bash, runtime: bashRuntime(), faults: { ...sessionFaults, ...stateFaults } },
        {
          language: python,
          runtime: pythonRuntime(),
          faults: { ...sessionFaults, ...stateFaults, ...templateFaults },
        },
        { language: scripted, runtime: worker.runtime, faults: frameFaults },
      ];
      const bystanders = await open(subjects);
      const victims = await open(subjects);
      for (const { test, language } of bystanders) await test.run(language.mark("bystander"));
      const cases = victims.flatMap((victim) =>
        Object.entries(victim.faults).map(([name, fault]) => ({ victim, name, fault })),
      );
      for (let round = 1; round <= rounds; round++) {
        const { victim, name, fault } = random.pick(cases);
        try {
          await runRound({ ...victim, random }, fault, `round${round}`);
        } catch (cause) {
          const what = `round ${round}, HOLDFAST_SEED=${random.seed}: ${victim.language.name}, ${name}`;
          throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
            cause,
          });
        }
      }
      for (const { test, language } of bystanders) {
        expect(await readMark(test, language), language.name).toBe("bystander");
        expect(test.session.restarts, language.name).toBe(0);
      }
      for (const { test } of [...victims, ...bystanders]) await test[Symbol.asyncDispose]();
      for (const { runtime } of subjects) await runtime.close?.();
    }
    await leaks.expectNone({ timeoutMs: 10_000 });
  },
);

async function open(
  subjects: readonly Subject[],
): Promise<readonly (Subject & { readonly test: TestSession })[]> {
  return Promise.all(
    subjects.map(async (subject) => ({
      ...subject,
      test: await openSession(subject.runtime, options),
    })),
  );
}

/** One fault; then what was told of the state is compared with what the session remembers. */
async function runRound(
  victim: Parameters<RandomFault>[0],
  fault: RandomFault,
  mark: string,
): Promise<void> {
  const { test, language } = victim;
  expect(await test.run(language.mark(mark))).toMatchObject({ status: "ok" });
  const { restarts } = test.session;
  const execution = await fault(victim);
  const wasLost =
    execution === null
      ? test.session.status === "lost"
      : execution === "restarted" || (await expectOneEnd(execution)).sessionState !== "kept";
  expect(await readMark(test, language)).toBe(wasLost ? "" : mark);
  expect(test.session.restarts).toBe(restarts + (wasLost ? 1 : 0));
}

async function readMark(test: TestSession, language: FaultLanguage): Promise<string> {
  const run = await test.run(language.readMark);
  expect(run).toMatchObject({ status: "ok", sessionState: "kept" });
  return run.out === "" ? (run.result?.repr ?? "") : run.out;
}
