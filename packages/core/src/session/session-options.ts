import { HoldfastError } from "../errors/holdfast-error.ts";

/** The largest delay of a Node timer, in milliseconds: 24.8 days. */
export const maxDelayMs = 2 ** 31 - 1;

/** Options of a session. All times in milliseconds. */
export interface SessionOptions {
  /** Until a worker that does not come up is given up. @default 10_000: a cold Python on a busy machine takes 1 s */
  readonly startTimeoutMs?: number;
  /** Until an execution is interrupted and ends as `timeout`; `null`: never. An execution may set its own. @default null */
  readonly executionTimeoutMs?: number | null;
  /** After an interrupt, until the worker is terminated. @default 2_000 */
  readonly interruptGraceMs?: number;
  /** After SIGTERM, until SIGKILL takes the tree. @default 1_000 */
  readonly terminateGraceMs?: number;
  /** Until input that the code does not take is refused. @default 5_000 */
  readonly inputSendTimeoutMs?: number;
  /** Until an execution that waits for input is interrupted; `null`: never. @default 300_000 */
  readonly inputWaitTimeoutMs?: number | null;
  /** Until a checkpoint, a restore, a fork or a look at the namespace is given up, with its worker. @default 120_000 */
  readonly operationTimeoutMs?: number;
  /** How often a worker is asked whether it is there; `null`: never. @default 5_000 */
  readonly heartbeatIntervalMs?: number | null;
  /** Until a worker that does not answer is killed; a stopped process, or C code that lets nothing else run. @default 60_000 */
  readonly heartbeatTimeoutMs?: number;
  /** Workers in a row that may end before they did anything; then the next start has to wait. @default 5 */
  readonly maxFailedStarts?: number;
  /** Executions that may wait; one more is refused with `queue_full`. @default 1_000 */
  readonly maxQueuedExecutions?: number;
  /** Background executions at a time; one more is refused with `queue_full`. @default 64 */
  readonly maxBackgroundExecutions?: number;
  /** Bytes kept of each output stream of an execution. @default 16 MiB, as the HTTP contract says */
  readonly maxOutputBytes?: number;
  /** Ended executions that stay readable; older ones are forgotten. @default 1_000 */
  readonly maxHistory?: number;
}

export type ResolvedSessionOptions = {
  readonly [K in keyof SessionOptions]-?: Exclude<SessionOptions[K], undefined>;
};

/** What an option is when it is not given. */
export const defaultSessionOptions = {
  startTimeoutMs: 10_000,
  executionTimeoutMs: null,
  interruptGraceMs: 2_000,
  terminateGraceMs: 1_000,
  inputSendTimeoutMs: 5_000,
  inputWaitTimeoutMs: 300_000,
  operationTimeoutMs: 120_000,
  heartbeatIntervalMs: 5_000,
  heartbeatTimeoutMs: 60_000,
  maxFailedStarts: 5,
  maxQueuedExecutions: 1_000,
  maxBackgroundExecutions: 64,
  maxOutputBytes: 16 * 1024 * 1024,
  maxHistory: 1_000,
} as const satisfies ResolvedSessionOptions;

const ranges: {
  readonly [K in keyof ResolvedSessionOptions]: readonly [min: number, max: number];
} = {
  startTimeoutMs: [1, maxDelayMs],
  executionTimeoutMs: [1, maxDelayMs],
  interruptGraceMs: [0, maxDelayMs],
  terminateGraceMs: [0, maxDelayMs],
  inputSendTimeoutMs: [1, maxDelayMs],
  inputWaitTimeoutMs: [1, maxDelayMs],
  operationTimeoutMs: [1, maxDelayMs],
  heartbeatIntervalMs: [1, maxDelayMs],
  heartbeatTimeoutMs: [1, maxDelayMs],
  maxFailedStarts: [1, 1_000],
  maxQueuedExecutions: [0, 1_000_000],
  maxBackgroundExecutions: [0, 10_000],
  maxOutputBytes: [0, 1024 ** 3],
  maxHistory: [1, 1_000_000],
};

const nullable: ReadonlySet<string> = new Set<keyof SessionOptions>([
  "executionTimeoutMs",
  "inputWaitTimeoutMs",
  "heartbeatIntervalMs",
]);

/** Fills in the defaults. @throws HoldfastError `invalid_request` that names the option, what was given and its range */
export function resolveSessionOptions(options: SessionOptions = {}): ResolvedSessionOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved: ResolvedSessionOptions = {
    ...defaultSessionOptions,
    ...Object.fromEntries(given),
  };
  for (const [name, [min, max]] of Object.entries(ranges)) {
    const value = resolved[name as keyof ResolvedSessionOptions];
    if (
      value === null
        ? !nullable.has(name)
        : !(Number.isInteger(value) && value >= min && value <= max)
    ) {
      throw invalidNumber(name, value, min, max);
    }
  }
  return resolved;
}

/** Checks a time that is given with one execution. @throws HoldfastError `invalid_request` */
export function checkTimeoutMs(name: string, value: number): number {
  if (!(Number.isFinite(value) && value >= 1 && value <= maxDelayMs))
    throw invalidNumber(name, value, 1, maxDelayMs);
  return value;
}

/** Checks that signs of life can put off the timeout of an execution. @throws HoldfastError `invalid_request` */
export function checkHeartbeatTimeout({
  sessionId,
  timeoutMs,
  isBackground,
  heartbeatIntervalMs,
}: {
  readonly sessionId: string;
  readonly timeoutMs: number | null;
  readonly isBackground: boolean;
  readonly heartbeatIntervalMs: number | null;
}): void {
  const shortest = heartbeatIntervalMs === null ? null : 2 * heartbeatIntervalMs;
  if (!isBackground && shortest !== null && (timeoutMs ?? Infinity) > shortest) return;
  const allowed = isBackground
    ? "start for a background execution"
    : shortest === null
      ? "start in a session without heartbeats"
      : `start, or a timeoutMs of more than ${shortest}`;
  throw new HoldfastError({
    code: "invalid_request",
    message: `timeoutFrom: received heartbeat with a timeoutMs of ${timeoutMs}, allowed ${allowed}`,
    details: { sessionId, timeoutMs, heartbeatIntervalMs },
  });
}

/** A number that is none, or out of its range; the message says which there are. */
export function invalidNumber(
  name: string,
  received: unknown,
  min: number,
  max: number,
): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `${name}: received ${String(received)}, allowed ${min} to ${max}`,
    details: { option: name, received: String(received), min, max },
  });
}
