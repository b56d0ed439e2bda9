import type { AutomaticCheckpointOptions } from "../checkpoint/automatic-checkpoints.ts";
import type { CheckpointStore } from "../checkpoint/checkpoint-store.ts";
import type { HoldfastError } from "../errors/holdfast-error.ts";
import type { ExecuteOptions } from "../session/execute-options.ts";
import { type SessionOptions, invalidNumber, maxDelayMs } from "../session/session-options.ts";
import type { Store } from "../store/store.ts";
import type { Runtime } from "../worker/worker.ts";
import type { HostedSession } from "./hosted-session.ts";

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
  /**
   * Where sessions and executions are kept beyond the life of this host, which is the store's only writer and does not
   * close it. @default none: all is forgotten at the end
   */
  readonly store?: Store;
  /** Ended executions stay in the store for so long, at most `maxHistory` with each session. @default 604_800_000: a week */
  readonly historyMs?: number;
  /** A session is said to expire so long before it does, or half its idle timeout before if that is less. @default 60_000 */
  readonly expiryNoticeMs?: number;
  /** Where checkpoints are kept; the host does not close it. @default none: there are no checkpoints */
  readonly checkpoints?: CheckpointStore;
  /** When sessions are checkpointed by themselves; a session may set its own. @default they are not */
  readonly automaticCheckpoints?: AutomaticCheckpointOptions;
  /** Told once before a session expires, at `expiresAt`; using the session puts that off. */
  readonly onExpiring?: (session: HostedSession) => void;
  /** Told of stored rows that cannot be read, and when the store begins to fail; sessions go on. */
  readonly onStoreError?: (error: HoldfastError) => void;
}

/** What may be said of an execution by {@link Host.execute}. */
export interface HostExecuteOptions extends ExecuteOptions {
  /** Whether it runs beside the foreground. @default false */
  readonly background?: boolean;
  /**
   * 1 to 255 printable ASCII characters. The same key with the same code and options is the same execution: it runs once
   * at most, and a repeat gets the first one. @default none
   */
  readonly idempotencyKey?: string;
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
  /** Id of the checkpoint that it starts from. @default afresh */
  readonly restore?: string;
  /** When it is checkpointed by itself. @default as the host says */
  readonly automaticCheckpoints?: AutomaticCheckpointOptions;
  /** Whether it is recorded in the host's store. @default true */
  readonly persist?: boolean;
  /** Whose it is, such as a tenant: opaque to the host, kept with it, and that of its forks and checkpoints. @default null */
  readonly owner?: string | null;
  /** How many sessions the owner may have, this one included; one more is refused with `too_many_sessions`. @default no limit */
  readonly maxOfOwner?: number;
}

/** Restricts to what belongs to somebody: for them all else does not exist. */
export interface SessionAccess {
  /** @default whoever's it is */
  readonly owner?: string | null;
}

/** How a session is forked by {@link Host.fork}. */
export interface ForkOptions {
  /** How many. @default as many as there are `ids`, else 1 */
  readonly count?: number;
  /** One for each. @default random ones, 128 bits */
  readonly ids?: readonly string[];
  /** As that of {@link CreateSessionOptions}. */
  readonly maxOfOwner?: number;
}

/** What a host's option is when it is not given. */
export const defaultHostOptions = {
  maxSessions: 256,
  idleTimeoutMs: 1_800_000,
  idleCheckIntervalMs: 1_000,
  tombstoneMs: 86_400_000,
  historyMs: 604_800_000,
  expiryNoticeMs: 60_000,
} as const;

export type ResolvedHostOptions = Omit<HostOptions, keyof typeof defaultHostOptions> & {
  readonly [K in keyof typeof defaultHostOptions]: Exclude<HostOptions[K], undefined>;
};

const ranges = {
  maxSessions: [0, 1_000_000],
  idleCheckIntervalMs: [1, maxDelayMs],
  tombstoneMs: [0, Number.MAX_SAFE_INTEGER],
  historyMs: [0, Number.MAX_SAFE_INTEGER],
  expiryNoticeMs: [0, Number.MAX_SAFE_INTEGER],
} as const;

/** Fills in the defaults. @throws HoldfastError `invalid_request` that names the option, what was given and its range */
export function resolveHostOptions(options: HostOptions): ResolvedHostOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved: ResolvedHostOptions = {
    ...options,
    ...defaultHostOptions,
    ...Object.fromEntries(given),
  };
  for (const name of Object.keys(ranges) as (keyof typeof ranges)[]) {
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
