import type { SessionOptions } from "../session/session-options.ts";
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
