import { HoldfastError } from "../errors/holdfast-error.ts";
import type { WorkerEvent, WorkerOutcome } from "../worker/worker.ts";
import type { Execution } from "./execution.ts";
import type { ExecutionStatus, SessionStateAfter } from "./execution-record.ts";
import type { EndingCause } from "./session-state.ts";

/** Ends an execution without an end of its worker's. */
export function finishWithout(
  execution: Execution,
  status: ExecutionStatus & ("interrupted" | "lost"),
  sessionState: SessionStateAfter,
): void {
  execution.finish({ status, exitCode: null, signal: null, sessionState });
}

/** Ends an execution that never ran, with the reason. */
export function failWith(
  execution: Execution,
  error: unknown,
  sessionState: SessionStateAfter,
): void {
  execution.happen(errorEvent(error));
  finishWithout(execution, "lost", sessionState);
}

/** What an execution is told of an error that is not its code's. */
export function errorEvent(error: unknown): WorkerEvent {
  const message = error instanceof Error ? error.message : String(error);
  const name = HoldfastError.is(error) ? error.code : "worker_start_failed";
  return { type: "error", name, message, traceback: [], text: message };
}

/** What an execution is said to have ended with, given who asked for its end. */
export function finalStatus(outcome: WorkerOutcome, ending: EndingCause | null): ExecutionStatus {
  switch (ending) {
    case null:
    case "kill":
      return outcome.status;
    case "timeout":
      return "timeout";
    case "interrupt":
    case "restart":
    case "close":
      return outcome.status === "lost" ? "interrupted" : outcome.status;
    default:
      return ending satisfies never;
  }
}
