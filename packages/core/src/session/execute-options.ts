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

type Check = readonly [isAllowed: (value: unknown) => boolean, allowed: string];

const isText = (value: unknown): value is string => typeof value === "string";
const withoutNul: Check = [(value) => isText(value) && !value.includes("\0"), "text without NUL"];
const flag: Check = [(value) => typeof value === "boolean", "true or false"];
const oneOf = (...words: string[]): Check => [
  (value) => isText(value) && words.includes(value),
  words.join(" or "),
];

const checks: Readonly<Record<keyof ExecuteOptions, Check>> = {
  id: [(value) => isText(value) && idPattern.test(value), idPattern.source],
  stdin: [(value) => isText(value) || value instanceof Uint8Array, "text or bytes"],
  allowInput: flag,
  env: [(value) => typeof value === "object" && value !== null, "an object of names and texts"],
  cwd: withoutNul,
  timeoutMs: [(value) => value === null || typeof value === "number", "milliseconds or null"],
  timeoutFrom: oneOf("start", "heartbeat"),
  onError: oneOf("keep", "rollback"),
  trackChanges: flag,
};

/** Checks what was given and makes a request of it. @throws HoldfastError `invalid_request` */
export function workerRequest(code: string, options: ExecuteOptions): WorkerRequest {
  if (!isText(code)) throw invalid("code", code, "text");
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof ExecuteOptions] : undefined;
    if (check === undefined)
      throw invalid("options of an execution", name, Object.keys(checks).join(", "));
    if (value !== undefined && !check[0](value)) throw invalid(name, value, check[1]);
  }
  const {
    id = randomId(),
    stdin,
    allowInput = false,
    env,
    cwd,
    timeoutMs,
    trackChanges = false,
  } = options;
  if (timeoutMs !== undefined && timeoutMs !== null) checkTimeoutMs("timeoutMs", timeoutMs);
  for (const [name, value] of Object.entries(env ?? {})) {
    if (!envNamePattern.test(name))
      throw invalid("name of an environment variable", name, envNamePattern.source);
    if (!withoutNul[0](value)) throw invalid(`value of ${name}`, value, withoutNul[1]);
  }
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

function invalid(what: string, value: unknown, allowed: string): HoldfastError {
  const received = isText(value)
    ? value.slice(0, 100)
    : typeof value === "object" && value !== null
      ? "an object"
      : String(value);
  const shown = isText(value) ? JSON.stringify(received) : received;
  return new HoldfastError({
    code: "invalid_request",
    message: `${what}: received ${shown}, allowed ${allowed}`,
    details: { received, allowed },
  });
}
