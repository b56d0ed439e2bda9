/** How output is handed over: as text, with U+FFFD for what is not UTF-8, or as bytes, exact. */
export type OutputEncoding = "text" | "bytes";

/** Output in an {@link OutputEncoding}. */
export type Output<Encoding extends OutputEncoding> = Encoding extends "bytes"
  ? Uint8Array
  : string;

/** `queued` and `running` until the end; then one of the others, for good. */
export type ExecutionStatus =
  | "queued"
  | "running"
  /** bash: the command ended by itself, whatever its `exitCode`. Python: nothing was raised. */
  | "ok"
  /** Something was raised: {@link Execution.error}. */
  | "error"
  | "timeout"
  | "interrupted"
  /** The worker ended: `exitCode` or `signal` say how. The next execution gets a fresh one. */
  | "lost";

/** Representations of one thing by MIME type: text as text, the rest as base64. */
export type MimeBundle = Readonly<Record<string, string>>;

/** Rich output. With `update`, it takes the place of the earlier one of the same `displayId`. */
export interface Display {
  readonly mime: MimeBundle;
  readonly displayId: string | null;
  readonly update: boolean;
}

/** The value of the last expression. */
export interface ExecutionResult {
  /** Never empty. */
  readonly repr: string;
  /** JSON where JSON can say it, else a tagged map such as `{"$type": "tuple", "items": []}`. */
  readonly value: unknown;
  /** Whether `value` leaves something out because it is too large or too deep. */
  readonly valueTruncated: boolean;
  readonly mime: MimeBundle;
}

/** Where something was raised. */
export interface TracebackFrame {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  /** The text of that line, empty where it is not known. */
  readonly source: string;
}

/** What was raised. `text` is what the language itself would print. */
export interface ExecutionFailure {
  readonly name: string;
  readonly message: string;
  readonly traceback: readonly TracebackFrame[];
  readonly text: string;
}

/** Names of variables and modules that an execution changed; see `trackChanges`. */
export interface NamespaceChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Modules that were imported for the first time. */
  readonly modules: readonly string[];
}

/** How an execution stands or ended: all but its output and displays. */
export interface ExecutionEnd {
  readonly id: string;
  readonly sessionId: string;
  readonly status: ExecutionStatus;
  readonly background: boolean;
  readonly pid: number | null;
  readonly exitCode: number | null;
  /** Such as `SIGKILL`. */
  readonly signal: string | null;
  /** Exact counts of what was written, kept or not. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** Whether some of the output was not kept because it passed the server's limit. */
  readonly truncated: boolean;
  readonly result: ExecutionResult | null;
  readonly error: ExecutionFailure | null;
  readonly changes: NamespaceChanges | null;
  /** ISO 8601 UTC; `null` before it starts. */
  readonly startedAt: string | null;
  readonly durationMs: number;
  /** What became of the session's state. */
  readonly sessionState: "kept" | "restored" | "lost";
}

/** An execution with its output. No newline is trimmed. */
export interface Execution<Encoding extends OutputEncoding = "text"> extends ExecutionEnd {
  readonly stdout: Output<Encoding>;
  readonly stderr: Output<Encoding>;
  readonly displays: readonly Display[];
}

/** An execution as history has it: with its code. */
export interface ExecutionDetails<
  Encoding extends OutputEncoding = "text",
> extends Execution<Encoding> {
  readonly code: string;
}
