import { endFaults } from "./end-faults.ts";
import { executionFaults } from "./execution-faults.ts";
import type { Fault } from "./fault.ts";
import { inputFaults } from "./input-faults.ts";
import { outputFaults } from "./output-faults.ts";
import { processFaults } from "./process-faults.ts";
import { startFaults } from "./start-faults.ts";
import { stateFaults } from "./state-faults.ts";
import { valueFaults } from "./value-faults.ts";

/** Every way in which the contract suite is shown to find an adapter wrong. */
export const faults: readonly Fault[] = [
  ...startFaults,
  ...outputFaults,
  ...executionFaults,
  ...inputFaults,
  ...endFaults,
  ...processFaults,
  ...stateFaults,
  ...valueFaults,
];
