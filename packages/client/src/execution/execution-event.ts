import type {
  Display,
  ExecutionEnd,
  ExecutionFailure,
  ExecutionResult,
  OutputEncoding,
} from "./execution.ts";

/** What was written to standard output or error. No chunk of text ends within a character. */
export type OutputEvent<Encoding extends OutputEncoding = "text"> = {
  readonly type: "stdout" | "stderr";
} & (Encoding extends "bytes" ? { readonly bytes: Uint8Array } : { readonly text: string });

/** The code asks for a line of input; see `onInput`. */
export interface InputRequest {
  readonly prompt: string;
  /** Whether what is typed should not be shown. */
  readonly password: boolean;
}

/**
 * One event of an execution. `seq` counts from 1 without holes; `started` comes first, `completed` last. A `gap` stands
 * for the events `fromSeq` to `toSeq`, output past the server's limit that nobody read at the time; its `seq` is `toSeq`. A
 * `heartbeat` comes where it is asked for, and has the `seq` of the event before it.
 */
export type ExecutionEvent<Encoding extends OutputEncoding = "text"> = { readonly seq: number } & (
  | { readonly type: "started"; readonly executionId: string; readonly pid: number }
  | OutputEvent<Encoding>
  | ({ readonly type: "display" } & Display)
  | ({ readonly type: "input_request" } & InputRequest)
  | ({ readonly type: "result" } & ExecutionResult)
  | ({ readonly type: "error" } & ExecutionFailure)
  | { readonly type: "heartbeat"; readonly cpuMs: number }
  | { readonly type: "gap"; readonly fromSeq: number; readonly toSeq: number }
  | ({ readonly type: "completed" } & ExecutionEnd)
);

/** Output as it comes over the wire: `base64` for bytes that are not UTF-8, or where it was asked for. */
export type WireOutput = { readonly type: "stdout" | "stderr" } & (
  | { readonly text: string }
  | { readonly base64: string }
);

/** An event as it comes over the wire. A `heartbeat` without `cpuMs` is one of the stream itself. */
export type WireEvent =
  | ({ readonly seq: number } & WireOutput)
  | Exclude<ExecutionEvent, { readonly type: "stdout" | "stderr" }>;
