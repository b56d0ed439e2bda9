import type { Display, ExecutionFailure, ExecutionResult } from "../protocol/execution-data.ts";
import type { Heartbeat } from "../worker/heartbeat.ts";
import type { ExecutionRecord } from "./execution-record.ts";

/** What an execution tells before it has a number. */
export type ExecutionHappening =
  | { readonly type: "started"; readonly executionId: string; readonly pid: number }
  | { readonly type: "stdout"; readonly bytes: Uint8Array }
  | { readonly type: "stderr"; readonly bytes: Uint8Array }
  | ({ readonly type: "display" } & Display)
  | { readonly type: "input_request"; readonly prompt: string; readonly password: boolean }
  | ({ readonly type: "result" } & ExecutionResult)
  | ({ readonly type: "error" } & ExecutionFailure)
  | { readonly type: "completed"; readonly execution: ExecutionRecord };

/**
 * One event of an execution. `seq` counts from 1 without holes; `completed` is the last. A `gap` stands for events
 * `fromSeq` to `toSeq`, which were not kept; its `seq` is `toSeq`. A `heartbeat` comes on request, from a worker that lives;
 * it has no number of its own and is not kept: its `seq` is that of the event before it.
 */
export type ExecutionEvent = { readonly seq: number } & (
  | ExecutionHappening
  | { readonly type: "gap"; readonly fromSeq: number; readonly toSeq: number }
  | ({ readonly type: "heartbeat" } & Heartbeat)
);
