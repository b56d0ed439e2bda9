import { constants } from "node:os";
import type { ExecutionEnd } from "@holdfast/client";

/** The exit code that tells how an execution ended, as a shell would have it. */
export function exitCodeOf({
  status,
  exitCode,
  signal,
}: Pick<ExecutionEnd, "status" | "exitCode" | "signal">): number {
  switch (status) {
    case "timeout":
      return 124;
    case "interrupted":
      return 130;
    case "ok":
    case "error":
    case "lost":
      if (signal !== null)
        return 128 + (constants.signals as Readonly<Record<string, number>>)[signal]!;
      return exitCode ?? (status === "ok" ? 0 : 1);
    case "queued":
    case "running":
      throw new Error(`it has not ended: ${status}`);
    default:
      return status satisfies never;
  }
}
