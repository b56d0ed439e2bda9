/** Why a session ended. */
export type TerminationReason =
  /** Somebody closed or deleted it. */
  | "closed"
  /** It was idle for too long. */
  | "expired"
  /** Its host was closed. */
  | "shutdown";

/** How a session got another worker: it was asked to restart, or the one before was lost. */
export type RestartReason = "requested" | "worker_lost";

interface OfSession {
  readonly sessionId: string;
  readonly runtime: string;
}

interface OfExecution extends OfSession {
  readonly executionId: string;
  readonly isBackground: boolean;
}

interface OfCheckpoint extends OfSession {
  readonly checkpointId: string;
  readonly bytes: number;
  readonly durationMs: number;
  /** How many parts of the state were left out. */
  readonly skipped: number;
}

/**
 * What Holdfast tells, by name; the diagnostics channel of each is `holdfast:` and the name. Never contents: no code, no
 * output, no environment. docs/telemetry.md says what each field is.
 */
export interface TelemetryEvents {
  "session.created": OfSession & {
    readonly parentId: string | null;
    readonly pid: number | null;
    readonly durationMs: number;
    readonly activeSessions: number;
  };
  "session.reopened": OfSession & { readonly activeSessions: number };
  "session.start_failed": OfSession & { readonly code: string; readonly durationMs: number };
  "session.restarted": OfSession & {
    readonly pid: number;
    readonly reason: RestartReason;
    readonly isRestored: boolean;
    readonly restarts: number;
    readonly durationMs: number;
  };
  "session.terminated": OfSession & {
    readonly reason: TerminationReason;
    readonly lifetimeMs: number;
    readonly executionCount: number;
    readonly restarts: number;
    readonly activeSessions: number;
  };
  "worker.unresponsive": OfSession & { readonly pid: number };
  "worker.exited": OfSession & {
    readonly pid: number;
    readonly exitCode: number | null;
    readonly signal: string | null;
  };
  "execution.queued": OfExecution & { readonly codeBytes: number };
  "execution.rejected": OfExecution & { readonly code: string };
  "execution.started": OfExecution & { readonly queuedMs: number };
  "execution.ended": OfExecution & {
    readonly status: "ok" | "error" | "timeout" | "interrupted" | "lost";
    readonly exitCode: number | null;
    readonly signal: string | null;
    readonly sessionState: "kept" | "restored" | "lost";
    readonly hasStarted: boolean;
    readonly queuedMs: number;
    readonly durationMs: number;
    readonly stdoutBytes: number;
    readonly stderrBytes: number;
    readonly isTruncated: boolean;
  };
  "message.sent": { readonly type: string; readonly bytes: number };
  "message.received": { readonly type: string; readonly bytes: number };
  "pool.acquired": {
    readonly runtime: string;
    readonly isHit: boolean;
    readonly waitMs: number;
  };
  "pool.refused": { readonly runtime: string; readonly code: string; readonly waitMs: number };
  "pool.released": {
    readonly runtime: string;
    readonly outcome: "keep" | "reset" | "discard";
  };
  "pool.warmed": { readonly runtime: string; readonly durationMs: number; readonly idle: number };
  "pool.warm_failed": {
    readonly runtime: string;
    readonly code: string;
    readonly attempt: number;
  };
  "pool.removed": { readonly reason: string };
  "checkpoint.created": OfCheckpoint & { readonly isAutomatic: boolean };
  "checkpoint.restored": OfCheckpoint;
  "checkpoint.failed": OfSession & {
    readonly operation: "create" | "restore";
    readonly code: string;
  };
  "host.expiring": OfSession & { readonly expiresAt: number };
}

/** The name of an event, such as `session.created`. */
export type TelemetryEventName = keyof TelemetryEvents;
