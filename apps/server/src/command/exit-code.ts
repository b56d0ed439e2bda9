import { constants } from "node:os";
import type { ExecutionRecord } from "@holdfast/core";

/** The exit code that tells how an execution ended, as a shell would have it. */
export function exitCodeOf({
  status,
  exitCode,
  signal,
}: Pick<ExecutionRecord, "status" | "exitCode" | "signal">): number {
  switch (status) {
    case "timeout":
      return 124;
    case "interrupted":
      return 130;
    case "ok":
    case "error":
    case "lost":
      if (signal !== null) return 128 + constants.signals[signal];
      return exitCode ?? (status === "ok" ? 0 : 1);
    case "queued":
    case "running":
      throw new Error(`it has not ended: ${status}`);
    default:
      return status satisfies never;
  }
}
