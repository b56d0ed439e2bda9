import type { Runtime } from "@holdfast/core";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type OptionalMethod, isCaseFor } from "../contract/contract-case.ts";
import { type ContractContextOptions, openContractContext } from "../contract/contract-context.ts";
import { workerContractCases } from "../contract/worker-contract-cases.ts";

/** What the suite must know of a runtime. */
export interface WorkerContractOptions extends Omit<ContractContextOptions, "runtime"> {
  /** Whether its workers have `ping()`; without, the cases of heartbeats are left out. @default true */
  readonly hasHeartbeats?: boolean;
  /** Is told of each case that it passed, or that it is not for this runtime. */
  readonly onResult?: (title: string, result: "passed" | "absent") => void;
}

/**
 * The suite that every runtime passes, whatever its language: each case of {@link workerContractCases} that is for it, as a
 * test. A case is left out when it needs a feature that is not declared, something that the language cannot say, or
 * `warm()` where the runtime has none. Call it at the top of a test file. It needs real processes and Linux.
 */
export function describeWorkerContract(runtime: Runtime, options: WorkerContractOptions): void {
  const { language, features, hasHeartbeats = true, onResult = () => {} } = options;
  const methods: OptionalMethod[] = [];
  if (hasHeartbeats) methods.push("ping");
  if (runtime.warm !== undefined) methods.push("warm");
  const isFor = (one: (typeof workerContractCases)[number]) =>
    isCaseFor(one, { language, features, methods });
  for (const one of workerContractCases) if (!isFor(one)) onResult(one.title, "absent");

  describe(`worker contract: ${runtime.name}`, { timeout: 60_000 }, () => {
    beforeAll(async () => {
      // What a runtime keeps for all its workers is there from now on.
      await using context = openContractContext({ runtime, ...options });
      await context.start();
    });
    afterAll(async () => {
      await runtime.close?.();
    });

    const here = workerContractCases.filter(isFor);
    describe.for([...new Set(here.map(({ topic }) => topic))])("%s", (topic) => {
      const ofTopic = here.filter((one) => one.topic === topic);
      test.for(ofTopic.map((one) => [one.title, one] as const))("%s", async ([title, one]) => {
        await using context = openContractContext({ runtime, ...options });
        await one.run(context);
        onResult(title, "passed");
      });
    });
  });
}
