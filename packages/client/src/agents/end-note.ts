import type { ExecutionEnd } from "../execution/execution.ts";

/** What of an execution its note is made of. */
export type EndedExecution = Pick<
  ExecutionEnd,
  "status" | "durationMs" | "exitCode" | "signal" | "sessionState"
>;

/** How an execution ended, for an agent. */
export function endNote(end: EndedExecution): string {
  const { status, durationMs, exitCode, signal } = end;
  switch (status) {
    case "ok":
      return exitCode === null ? "" : `[exit code ${exitCode}]`;
    case "error":
      return "[error]";
    case "timeout":
      return `[stopped after ${Math.round(durationMs)} ms: it took too long; ${stateNote(end)}]`;
    case "interrupted":
      return `[interrupted; ${stateNote(end)}]`;
    case "lost":
      return `[the process ended ${signal === null ? `with exit code ${exitCode}` : `by ${signal}`}; ${stateNote(end)}]`;
    case "queued":
    case "running":
      return "[running]";
    default:
      return status satisfies never;
  }
}

function stateNote({ sessionState }: EndedExecution): string {
  switch (sessionState) {
    case "kept":
      return "variables and directory are kept";
    case "restored":
      return "the state is that of the last checkpoint";
    case "lost":
      return "the next one begins anew, without variables and directory";
    default:
      return sessionState satisfies never;
  }
}
