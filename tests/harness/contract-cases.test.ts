import { bashRuntime } from "@holdfast/adapter-bash";
import type { Runtime } from "@holdfast/core";
import {
  bashLanguage as language,
  isCaseFor,
  openContractContext,
  workerContractCases,
} from "@holdfast/harness/vitest";
import { describe, expect, test } from "vitest";
import { has } from "../support/requires.ts";

const features = ["stdin", "interrupt"] as const;
const firstCase = workerContractCases.find(
  (one) => isCaseFor(one, { language, features, methods: [] }) && one.topic === "output",
);

async function runFirst(runtime: Runtime): Promise<void> {
  if (firstCase === undefined) throw new Error("there is no case of output");
  await using context = openContractContext({ runtime, language, features, patienceMs: 5_000 });
  await firstCase.run(context);
}

/** A runtime whose workers say everything in capitals. */
function shouting(runtime: Runtime): Runtime {
  const start: Runtime["start"] = async (options) => {
    const worker = await runtime.start(options);
    const execute = worker.execute.bind(worker);
    worker.execute = (request, onEvent) =>
      execute(request, (event) => {
        if (event.type !== "stdout") return onEvent(event);
        onEvent({ ...event, bytes: Buffer.from(event.bytes.toString().toUpperCase()) });
      });
    return worker;
  };
  return { name: runtime.name, inspect: () => runtime.inspect(), start };
}

describe.skipIf(!has("bash"))("a case of the worker contract", () => {
  test("runs by itself, for a runtime that keeps it [R9.7]", async () => {
    await runFirst(bashRuntime());
  });

  test("fails for one that does not [R9.7]", async () => {
    await expect(runFirst(shouting(bashRuntime()))).rejects.toThrow(/expected/);
  });
});
