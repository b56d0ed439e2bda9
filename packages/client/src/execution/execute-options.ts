import type { CallOptions } from "../http/http-client.ts";
import type { OutputEncoding } from "./execution.ts";
import type { InputRequest } from "./execution-event.ts";

/** What is sent with the code. */
export interface ExecuteRequest {
  /** Standard input, then its end. @default empty */
  readonly stdin?: string;
  /** Variables for this execution alone. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directory for this execution alone. */
  readonly cwd?: string;
  /** Milliseconds until it is interrupted; `null`: never. @default the session's `executionTimeoutMs` */
  readonly timeoutMs?: number | null;
  /** What `timeoutMs` counts from; with `heartbeat` each sign of life of the worker begins it anew. @default `start` */
  readonly timeoutFrom?: "start" | "heartbeat";
  /** Whether standard input stays open and `input()` asks. @default whether there is an `onInput` */
  readonly allowInput?: boolean;
  /** Runs beside the foreground, with the session's variables and directory as they were (bash). @default false */
  readonly background?: boolean;
  /** What becomes of the session's state when it fails: `rollback` makes it what it was before. @default `keep` */
  readonly onError?: "keep" | "rollback";
  /** Whether {@link Execution.changes} tells what it changed. @default false */
  readonly trackChanges?: boolean;
}

/** How code is run and followed. */
export interface ExecuteOptions<Encoding extends OutputEncoding = "text">
  extends ExecuteRequest, CallOptions {
  /** Output as text, or as bytes, exact. @default `text` */
  readonly encoding?: Encoding;
  /** Whether the events have the worker's signs of life too, as `heartbeat`. @default false */
  readonly heartbeats?: boolean;
  /** Whether the abort of `signal` interrupts the execution too, in place of only leaving it. @default false */
  readonly interruptOnAbort?: boolean;
  /** Answers what the code asks for; `null` ends its input. Called while the execution is awaited or iterated over. */
  readonly onInput?: (request: InputRequest) => string | null | Promise<string | null>;
  /**
   * Two requests with one key run the code once, also over a restart of the server; with other code the second is refused
   * with `idempotency_conflict`. @default a random one, so that a broken request can be sent again
   */
  readonly idempotencyKey?: string;
}

/** The request of these options, without what stays here. JSON leaves out what is `undefined`. */
export function executeRequest(code: string, options: ExecuteOptions<OutputEncoding>) {
  const { stdin, env, cwd, timeoutMs, timeoutFrom, background, onError, trackChanges } = options;
  const allowInput = options.allowInput ?? (options.onInput === undefined ? undefined : true);
  return {
    code,
    stdin,
    env,
    cwd,
    timeoutMs,
    timeoutFrom,
    allowInput,
    background,
    onError,
    trackChanges,
  };
}
