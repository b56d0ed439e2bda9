import { HoldfastError } from "../errors/holdfast-error.ts";
import { type SessionOptions, invalidNumber, maxDelayMs } from "../session/session-options.ts";
import type { Runtime } from "../worker/worker.ts";
import type { PoolStrategy } from "./pool-state.ts";

/** Options of a {@link Pool}. All times in milliseconds. */
export interface PoolOptions {
  /** What the pool warms up and leases. */
  readonly runtimes: readonly Runtime[];
  /**
   * Warm workers that wait for a session, for every runtime that has such, or by its name (0 for those not named).
   * @default 1: the next session starts at once, at the memory of one worker
   */
  readonly minIdle?: number | Readonly<Record<string, number>>;
  /**
   * Workers and sessions at a time, in all: those that start, wait, are leased or kept, and those that end, until nothing of
   * them is left. One more waits. @default 256, as a host's
   */
  readonly maxSessions?: number;
  /** Acquisitions that may wait; one more is refused with `queue_full`. @default 10_000 */
  readonly maxWaiters?: number;
  /**
   * Which of the idle ones is handed out, of the sessions that were kept for the key, else of the warm workers.
   * - `affinity`: a key has one session; who asks for it while somebody has it waits for that one. Else as `lifo`
   * - `lifo`: the one that became idle last; its memory is the warmest, and those not needed grow old
   * - `fifo`: the one that has been idle longest; all are used alike
   * - `least-used`: the one that was handed out least often
   *
   * With the last three, a key whose session somebody has gets one more as long as there is a place; at the limit it waits. @default "affinity", which keeps what a key promises
   */
  readonly strategy?: PoolStrategy;
  /** Whether warm-up begins with the pool, or with the first use of a runtime. @default "eager" */
  readonly warmUp?: "eager" | "lazy";
  /** Warm-up starts at a time. @default 1: more than that is felt by what runs */
  readonly maxParallelWarmUps?: number;
  /** Executions that run outside of the pool's leases and that warm-up should yield to, such as a host's. @default none */
  readonly running?: () => number;
  /** How busy the machine is, 0 to 1. @default {@link machinePressure} */
  readonly pressure?: () => number;
  /** Above this, warm-up waits while executions run. @default 0.5 */
  readonly maxPressure?: number;
  /** No warm-up start waits for running executions longer than this. @default 5_000 */
  readonly maxYieldMs?: number;
  /** Until an acquisition that got no session is given up; an acquisition may set its own; `null`: never. @default 30_000 */
  readonly acquireTimeoutMs?: number | null;
  /** Until a warm worker that does not take its session up is given up for a start of its own. @default 2_000 */
  readonly assignTimeoutMs?: number;
  /** Leases of a session before its state is given up; `null`: any number. @default null */
  readonly maxUses?: number | null;
  /** Age at which the state of a session that nobody has is given up; `null`: never. @default null */
  readonly maxAgeMs?: number | null;
  /** Without a lease for so long, a kept session ends; `null`: never. @default 1_800_000, as a host's */
  readonly maxIdleMs?: number | null;
  /** How often age, idle time and health are looked at. @default 1_000 */
  readonly checkIntervalMs?: number;
  /** Until a kept session's worker that does not answer is given up. @default 10_000 */
  readonly healthTimeoutMs?: number;
  /** Wait after the first start that failed; it doubles with each that follows. @default 200 */
  readonly backOffMs?: number;
  /** The longest such wait. @default 30_000 */
  readonly maxBackOffMs?: number;
  /** Failures in a row after which leases of the runtime are refused until the next try. @default 3 */
  readonly maxFailures?: number;
  /** Milliseconds of a clock that only goes forward; ages and idle times are measured with it. @default performance.now */
  readonly now?: () => number;
  /** Hears of every warm-up start that failed. What it throws is ignored. */
  readonly onWarmUpFailed?: (failure: WarmUpFailure) => void;
  /** What leased sessions start with. */
  readonly session?: SessionOptions;
  /** The whole environment of leased sessions. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Where leased sessions start. @default `/` */
  readonly cwd?: string;
}

/** A warm-up start that failed. */
export interface WarmUpFailure {
  readonly runtime: string;
  readonly error: unknown;
  /** In a row, this one included. */
  readonly failures: number;
}

/** What a pool's option is when it is not given. */
export const defaultPoolOptions = {
  minIdle: 1,
  maxSessions: 256,
  maxWaiters: 10_000,
  strategy: "affinity",
  warmUp: "eager",
  maxParallelWarmUps: 1,
  maxPressure: 0.5,
  maxYieldMs: 5_000,
  acquireTimeoutMs: 30_000,
  assignTimeoutMs: 2_000,
  maxUses: null,
  maxAgeMs: null,
  maxIdleMs: 1_800_000,
  checkIntervalMs: 1_000,
  healthTimeoutMs: 10_000,
  backOffMs: 200,
  maxBackOffMs: 30_000,
  maxFailures: 3,
} as const;

export type ResolvedPoolOptions = Omit<PoolOptions, keyof typeof defaultPoolOptions> & {
  readonly [K in keyof typeof defaultPoolOptions]: Exclude<PoolOptions[K], undefined>;
};

const maxCount = 1_000_000;
const maxTimeMs = Number.MAX_SAFE_INTEGER;

const ranges = {
  maxSessions: [1, maxCount],
  maxWaiters: [0, maxCount],
  maxParallelWarmUps: [1, 64],
  maxYieldMs: [0, maxDelayMs],
  acquireTimeoutMs: [1, maxDelayMs],
  assignTimeoutMs: [1, maxDelayMs],
  maxUses: [1, maxTimeMs],
  maxAgeMs: [1, maxTimeMs],
  maxIdleMs: [1, maxTimeMs],
  checkIntervalMs: [1, maxDelayMs],
  healthTimeoutMs: [1, maxDelayMs],
  backOffMs: [1, maxDelayMs],
  maxBackOffMs: [1, maxDelayMs],
  maxFailures: [1, maxCount],
} as const satisfies Partial<Record<keyof PoolOptions, readonly [number, number]>>;

const nullable: readonly string[] = ["acquireTimeoutMs", "maxUses", "maxAgeMs", "maxIdleMs"];

const choices = {
  strategy: ["affinity", "lifo", "fifo", "least-used"],
  warmUp: ["eager", "lazy"],
} as const;

/** Fills in the defaults. @throws HoldfastError `invalid_request` that names the option, what was given and what is allowed */
export function resolvePoolOptions(options: PoolOptions): ResolvedPoolOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved: ResolvedPoolOptions = {
    ...options,
    ...defaultPoolOptions,
    ...Object.fromEntries(given),
  };
  for (const [name, [min, max]] of Object.entries(ranges)) {
    const value = resolved[name as keyof typeof ranges];
    if (value === null && nullable.includes(name)) continue;
    checkInteger(name, value, min, max);
  }
  const { maxPressure, minIdle } = resolved;
  if (!(maxPressure >= 0 && maxPressure <= 1))
    throw invalidNumber("maxPressure", maxPressure, 0, 1);
  for (const [name, count] of Object.entries(
    typeof minIdle === "number" ? { "": minIdle } : minIdle,
  ))
    checkInteger(name === "" ? "minIdle" : `minIdle.${name}`, count, 0, maxCount);
  for (const name of ["strategy", "warmUp"] as const) {
    const allowed: readonly string[] = choices[name];
    if (!allowed.includes(resolved[name])) throw invalidChoice(name, resolved[name], allowed);
  }
  return resolved;
}

/** A choice that is none; the message says which there are. */
export function invalidChoice(
  name: string,
  received: unknown,
  allowed: readonly string[],
): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `${name}: received ${String(received).slice(0, 100)}, allowed ${allowed.join(", ")}`,
    details: { option: name, received: String(received).slice(0, 100), allowed },
  });
}

function checkInteger(name: string, value: unknown, min: number, max: number): void {
  if (!(typeof value === "number" && Number.isInteger(value) && value >= min && value <= max))
    throw invalidNumber(name, value, min, max);
}
