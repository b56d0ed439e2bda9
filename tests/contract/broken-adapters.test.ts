import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { type Feature, HoldfastError, type Runtime } from "@holdfast/core";
import {
  type ContractCase,
  type WorkerLanguage,
  bashLanguage,
  isCaseFor,
  openContractContext,
  pythonLanguage,
  workerContractCases,
} from "@holdfast/harness/vitest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faults } from "./faults/all-faults.ts";
import { altered, withEvents, withExecutions, withStartOptions } from "./faults/altered.ts";
import type { Fault } from "./faults/fault.ts";
import { bashFeatures, pythonFeatures } from "./features.ts";

interface Base {
  readonly runtime: Runtime;
  readonly language: WorkerLanguage;
  readonly features: readonly Feature[];
}

const bash = bashRuntime();
const bases: Readonly<Record<"bash" | "python" | "plain", Base>> = {
  bash: { runtime: bash, language: bashLanguage, features: bashFeatures },
  python: { runtime: pythonRuntime(), language: pythonLanguage, features: pythonFeatures },
  plain: { runtime: plain(bash), language: bashLanguage, features: [] },
};

/** Of what never comes: long for what comes, and short for the test. */
const shortPatienceMs = 400;

beforeAll(async () => {
  // What a runtime keeps for all its workers is there from now on.
  for (const base of Object.values(bases)) {
    await using context = openContractContext(base);
    await context.start();
  }
});
afterAll(() => bases.python.runtime.close?.());

test("every case of the worker contract has a fault that it finds [R9.7]", () => {
  const found = new Set(faults.flatMap(({ fails }) => fails.map((title) => caseOf(title).title)));
  expect(workerContractCases.filter(({ title }) => !found.has(title))).toEqual([]);
});

test("each case has a title of its own, which names a requirement [R9.7]", () => {
  const titles = workerContractCases.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(titles.filter((title) => !/ \[[RDAFS]\d[\d.-]*\]$/.test(title))).toEqual([]);
});

describe.for(faults.map((fault) => [fault.name, fault] as const))(
  "an adapter that %s",
  ([, fault]) => {
    test.for(fault.fails)("fails: %s [R9.7]", async (title) => {
      const failure = await failureOf(caseOf(title), fault);
      expect(failure, "a failure").not.toBeNull();
      expect(failure, "one of the case's own").toSatisfy(
        (error) => HoldfastError.is(error) || (error as Error).name === "AssertionError",
      );
      if (fault.neverComes !== true)
        expect(failure).not.toMatchObject({ code: "deadline_exceeded" });
    });
  },
);

describe.for(["bash", "python", "plain"] as const)(
  "an adapter with nothing wrong, made from %s as those are",
  (name) => {
    const base = bases[name];
    const here = workerContractCases.filter(
      (one) => broken(one).has(name) && isCaseFor(one, { ...base, methods: ["ping", "warm"] }),
    );
    test.for(here.map((one) => [one.title, one] as const))("passes: %s", async ([, one]) => {
      await using context = openContractContext({ ...base, runtime: untouched(base.runtime) });
      await one.run(context);
    });
  },
);

/** The one case whose title begins so. */
function caseOf(beginning: string): ContractCase {
  const found = workerContractCases.filter(({ title }) => title.startsWith(beginning));
  expect(found, beginning).toHaveLength(1);
  return found[0] as ContractCase;
}

/** The bases on which it is shown to fail. */
function broken({ title }: ContractCase): ReadonlySet<string> {
  const finding = faults.filter(({ fails }) => fails.some((start) => title.startsWith(start)));
  return new Set(finding.map(({ base = "bash" }) => base));
}

async function failureOf({ run }: ContractCase, fault: Fault): Promise<unknown> {
  const base = bases[fault.base ?? "bash"];
  const clean: (() => unknown)[] = [];
  const runtime = fault.broken(base.runtime, (end) => clean.push(end));
  const patience = fault.neverComes === true ? { patienceMs: shortPatienceMs } : {};
  try {
    await using context = openContractContext({ ...base, runtime, ...patience });
    return await run(context).then(
      () => null,
      (error: unknown) => error,
    );
  } finally {
    await Promise.all(clean.map((end) => end()));
  }
}

/** Through everything that faults are made of. */
function untouched(runtime: Runtime): Runtime {
  return withStartOptions(
    withEvents(
      withExecutions(runtime, () => ({})),
      (tell) => tell,
    ),
    (options) => options,
  );
}

/** Without any feature. */
function plain(runtime: Runtime): Runtime {
  return altered(runtime, {
    inspect: async () => ({ ...(await runtime.inspect()), features: [] }) as never,
    start: async (options) =>
      altered(await runtime.start(options), {
        features: new Set<Feature>(),
        executeInBackground: undefined,
        checkpoint: undefined,
        restore: undefined,
        fork: undefined,
        variables: undefined,
        setVariable: undefined,
        deleteVariables: undefined,
        complete: undefined,
        inspect: undefined,
      }),
  });
}
