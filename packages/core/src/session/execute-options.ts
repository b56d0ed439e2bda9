import { HoldfastError } from "../errors/holdfast-error.ts";
import type { WorkerRequest } from "../worker/worker.ts";
import { checkTimeoutMs } from "./session-options.ts";
import { randomId } from "../worker/random-id.ts";

/** What may be said of one execution. */
export interface ExecuteOptions {
  /** `[A-Za-z0-9_-]{1,64}`, new in the session. @default a random one */
  readonly id?: string;
  /** Standard input, then its end. Text is sent as UTF-8. @default empty */
  readonly stdin?: Uint8Array | string;
  /** Whether standard input stays open and `input()` asks. @default false */
  readonly allowInput?: boolean;
  /** Variables for this execution alone. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directory for this execution alone. */
  readonly cwd?: string;
  /** Milliseconds until it is interrupted; `null`: never. @default the session's `executionTimeoutMs` */
  readonly timeoutMs?: number | null;
  /**
   * What `timeoutMs` counts from. With `heartbeat` each sign of life of the worker begins it anew, so that only one that
   * has gone silent is timed out; it has to be longer than two of the session's `heartbeatIntervalMs`. @default `start`
   */
  readonly timeoutFrom?: "start" | "heartbeat";
  /**
   * What becomes of the session's state when the execution raises, exits with another status than 0, times out, is
   * interrupted or loses its worker: `rollback` makes it what it was before. @default `keep`
   */
  readonly onError?: "keep" | "rollback";
  /** Whether {@link ExecutionRecord.changes} tells what it changed, for runtimes that can. @default false */
  readonly trackChanges?: boolean;
}

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;
const envNamePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Checks what was given and makes a request of it. @throws HoldfastError `invalid_request` */
export function workerRequest(code: string, options: ExecuteOptions): WorkerRequest {
  const {
    id = randomId(),
    stdin,
    allowInput = false,
    env,
    cwd,
    timeoutMs,
    trackChanges = false,
  } = options;
  if (!idPattern.test(id)) throw invalid("id", id, idPattern.source);
  if (timeoutMs !== undefined && timeoutMs !== null) checkTimeoutMs("timeoutMs", timeoutMs);
  for (const [name, value] of Object.entries(env ?? {})) {
    if (!envNamePattern.test(name))
      throw invalid("name of an environment variable", name, envNamePattern.source);
    if (value.includes("\0"))
      throw invalid(`value of ${name}`, "a NUL character", "text without NUL");
  }
  if (cwd?.includes("\0")) throw invalid("cwd", "a NUL character", "text without NUL");
  return {
    executionId: id,
    code,
    stdin: typeof stdin === "string" ? Buffer.from(stdin) : (stdin ?? null),
    env: env ?? null,
    cwd: cwd ?? null,
    allowInput,
    trackChanges,
  };
}

function invalid(what: string, received: string, allowed: string): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `${what}: received ${JSON.stringify(received.slice(0, 100))}, allowed ${allowed}`,
    details: { received: received.slice(0, 100), allowed },
  });
}
