import type { ProcessExit } from "./process-exit.ts";

/** The graces between the steps of a stop: interrupt (SIGINT), terminate (SIGTERM), kill (SIGKILL, the whole tree). */
export interface StopOptions {
  /** Time after SIGINT before SIGTERM. 0 leaves the step out. @default 0 */
  readonly interruptGraceMs?: number;
  /** Time after SIGTERM before SIGKILL. 0 leaves the step out. @default 0 */
  readonly terminateGraceMs?: number;
}

/** What a stop did. `step` is the one after which the process ended; `"exited"` when it had ended before. */
export interface StopReport {
  readonly step: "exited" | "interrupt" | "terminate" | "kill";
  readonly exit: ProcessExit;
  /** Processes of the tree that outlived the worker's own process and were killed. */
  readonly killedProcesses: number;
}
