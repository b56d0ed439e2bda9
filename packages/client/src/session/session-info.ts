/** What a session is doing. */
export type SessionState = "starting" | "idle" | "busy" | "restarting" | "lost" | "closed";

/** A session as it stands. Times are ISO 8601 UTC. */
export interface SessionInfo {
  readonly id: string;
  /** Such as `python`. */
  readonly runtime: string;
  readonly state: SessionState;
  /** Of its worker process. */
  readonly pid: number | null;
  readonly createdAt: string;
  /** Reading a session is no activity, using it is. */
  readonly lastActivityAt: string;
  /** When it ends if nobody uses it before; `null`: never. */
  readonly expiresAt: string | null;
  readonly restarts: number;
  readonly executionCount: number;
  /** The session that it was forked from. */
  readonly parentId: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** What of a session can be changed. Times in milliseconds. */
export interface UpdateSession {
  readonly labels?: Readonly<Record<string, string>>;
  /** Ends the session when it is not used for so long; `null`: never. @default the server's, 30 minutes */
  readonly idleTimeoutMs?: number | null;
  /** For executions that name none of their own; `null`: none. @default the server's */
  readonly executionTimeoutMs?: number | null;
}

/** What a session is made with. */
export interface CreateSession extends UpdateSession {
  /** Such as `python`, see {@link HoldfastClient.runtimes}. */
  readonly runtime: string;
  /** `[A-Za-z0-9_-]{1,64}`. @default 128 random bits */
  readonly id?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** @default the server's */
  readonly cwd?: string;
  /** The id of a checkpoint that the session goes on from. @default none */
  readonly restore?: string;
}

/** What a session uses now. */
export interface Resources {
  /** Processor time so far; a restart begins anew. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
  /** `pss`: shared pages count by their share; `rss`: in full. */
  readonly memoryKind: "pss" | "rss";
  readonly processes: number;
  readonly threads: number;
  readonly descriptors: number;
}

/** Something that was left out, and why. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}
