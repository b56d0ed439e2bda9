import { backPressureCases } from "./cases/back-pressure.ts";
import { backgroundCases } from "./cases/background.ts";
import { endCases } from "./cases/ends.ts";
import { environmentCases } from "./cases/environment.ts";
import { executionCases } from "./cases/execution.ts";
import { heartbeatCases } from "./cases/heartbeats.ts";
import { inputCases, stdinCases } from "./cases/input.ts";
import { interruptCases } from "./cases/interrupt.ts";
import { isolationCases } from "./cases/isolation.ts";
import { lateOutputCases } from "./cases/late-output.ts";
import { changesCases, namespaceCases } from "./cases/namespace.ts";
import { outputCases } from "./cases/output.ts";
import { completionCases, resultCases } from "./cases/results.ts";
import { signalCases } from "./cases/signals.ts";
import { startCases } from "./cases/start.ts";
import { checkpointCases, forkCases } from "./cases/state.ts";
import { stopCases } from "./cases/stop.ts";
import { warmCases } from "./cases/warm.ts";
import type { ContractCase } from "./contract-case.ts";

/** Every case of the worker contract, topic by topic. */
export const workerContractCases: readonly ContractCase[] = [
  ...startCases,
  ...outputCases,
  ...executionCases,
  ...environmentCases,
  ...backPressureCases,
  ...stdinCases,
  ...inputCases,
  ...endCases,
  ...interruptCases,
  ...lateOutputCases,
  ...stopCases,
  ...signalCases,
  ...isolationCases,
  ...backgroundCases,
  ...resultCases,
  ...checkpointCases,
  ...forkCases,
  ...namespaceCases,
  ...changesCases,
  ...completionCases,
  ...warmCases,
  ...heartbeatCases,
];
