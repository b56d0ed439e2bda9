import type { Display, ExecutionFailure, ExecutionResult } from "../protocol/execution-data.ts";
import type { NamespaceChanges } from "../protocol/namespace-data.ts";

/** `queued` and `running` until the end; then one of the others, for good. */
export type ExecutionStatus =
  | "queued"
  | "running"
  | "ok"
  | "error"
  | "timeout"
  | "interrupted"
  | "lost";

/** What became of the session's state by the end of an execution. */
export type SessionStateAfter = "kept" | "restored" | "lost";

/** An execution as it stands: everything but its output. Times are milliseconds since the epoch. */
export interface ExecutionRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly status: ExecutionStatus;
  readonly isBackground: boolean;
  readonly pid: number | null;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Exact counts of what was written, kept or not. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** Whether some of the output was not kept because it passed the limit. */
  readonly truncated: boolean;
  readonly result: ExecutionResult | null;
  readonly displays: readonly Display[];
  readonly error: ExecutionFailure | null;
  /** What it changed, where that was asked for. */
  readonly changes: NamespaceChanges | null;
  readonly queuedAt: number;
  readonly startedAt: number | null;
  /** From start to end, or to now while it runs; 0 before it starts. */
  readonly durationMs: number;
  readonly sessionState: SessionStateAfter;
}

/** Whether an execution has come to its end. */
export function hasEnded(status: ExecutionStatus): boolean {
  return status !== "queued" && status !== "running";
}
