import { type SessionOptions, invalidNumber, maxDelayMs } from "../session/session-options.ts";
import type { Runtime } from "../worker/worker.ts";

/** Options of a {@link Host}. All times in milliseconds. */
export interface HostOptions {
  /** What sessions can run, by name. */
  readonly runtimes: readonly Runtime[];
  /** Sessions at a time; one more is refused with `too_many_sessions`. @default 256 */
  readonly maxSessions?: number;
  /** Without use or output for so long, a session ends; `null`: never. A session may set its own. @default 1_800_000 */
  readonly idleTimeoutMs?: number | null;
  /** How often idle sessions are looked for. @default 1_000 */
  readonly idleCheckIntervalMs?: number;
  /** How long it is remembered that a session was there. @default 86_400_000, as the HTTP contract says */
  readonly tombstoneMs?: number;
  /** What every session starts with; a session may set its own. */
  readonly session?: SessionOptions;
  /** Environment of every session, under what the session names itself. Nothing else of ours is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directory in which sessions start. @default the current directory of this process */
  readonly cwd?: string;
}

/** What may be said of a new session. */
export interface CreateSessionOptions {
  /** Name of a runtime. */
  readonly runtime: string;
  /** `[A-Za-z0-9_-]{1,64}`. @default a random one, 128 bits */
  readonly id?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly idleTimeoutMs?: number | null;
  readonly executionTimeoutMs?: number | null;
}

/** What a host's option is when it is not given. */
export const defaultHostOptions = {
  maxSessions: 256,
  idleTimeoutMs: 1_800_000,
  idleCheckIntervalMs: 1_000,
  tombstoneMs: 86_400_000,
} as const;

export type ResolvedHostOptions = Omit<HostOptions, keyof typeof defaultHostOptions> & {
  readonly [K in keyof typeof defaultHostOptions]: Exclude<HostOptions[K], undefined>;
};

const ranges = {
  maxSessions: [0, 1_000_000],
  idleCheckIntervalMs: [1, maxDelayMs],
  tombstoneMs: [0, Number.MAX_SAFE_INTEGER],
} as const;

/** Fills in the defaults. @throws HoldfastError `invalid_request` that names the option, what was given and its range */
export function resolveHostOptions(options: HostOptions): ResolvedHostOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved: ResolvedHostOptions = {
    ...options,
    ...defaultHostOptions,
    ...Object.fromEntries(given),
  };
  for (const name of ["maxSessions", "idleCheckIntervalMs", "tombstoneMs"] as const) {
    const [min, max] = ranges[name];
    const value = resolved[name];
    if (!(Number.isInteger(value) && value >= min && value <= max))
      throw invalidNumber(name, value, min, max);
  }
  checkIdleTimeoutMs(resolved.idleTimeoutMs);
  return resolved;
}

/** @throws HoldfastError `invalid_request` */
export function checkIdleTimeoutMs(value: number | null): number | null {
  const max = Number.MAX_SAFE_INTEGER;
  if (value === null || (Number.isInteger(value) && value >= 1 && value <= max)) return value;
  throw invalidNumber("idleTimeoutMs", value, 1, max);
}
