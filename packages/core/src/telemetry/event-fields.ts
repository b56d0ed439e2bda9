import type { TelemetryEventName, TelemetryEvents } from "./telemetry-event.ts";

const ofSession = { sessionId: "", runtime: "name of its runtime" } as const;
const ofExecution = { ...ofSession, executionId: "", isBackground: "" } as const;
const ofCheckpoint = {
  ...ofSession,
  checkpointId: "",
  bytes: "size",
  durationMs: "what it took",
  skipped: "how many parts of the state were left out",
} as const;
const code = "an [error code](errors.md)";

interface EventDescription<Name extends TelemetryEventName> {
  readonly when: string;
  /** What each field is; empty where its name says it. */
  readonly fields: { readonly [Field in keyof TelemetryEvents[Name]]-?: string };
}

/** The events in words: the table of docs/telemetry.md is made of it. */
export const eventFields: { readonly [Name in TelemetryEventName]: EventDescription<Name> } = {
  "session.created": {
    when: "A session's first worker is ready",
    fields: {
      ...ofSession,
      parentId: "the session that it was forked from, `null` for one of its own",
      pid: "of the worker",
      durationMs: "from the call until it was ready",
      activeSessions: "how many there are now in this process, this one included",
    },
  },
  "session.reopened": {
    when: "A session of before is back from the store, without a worker yet",
    fields: { ...ofSession, activeSessions: "as above" },
  },
  "session.start_failed": {
    when: "A session could not be started; there is none",
    fields: { ...ofSession, code, durationMs: "until that was known" },
  },
  "session.restarted": {
    when: "A session has another worker",
    fields: {
      ...ofSession,
      pid: "of the new worker",
      reason: "`requested`, `worker_lost`",
      isRestored: "whether it started from the last checkpoint",
      restarts: "how many so far",
      durationMs: "from the decision until it was ready, the end of the old one included",
    },
  },
  "session.terminated": {
    when: "A session has ended and no process of it is left",
    fields: {
      ...ofSession,
      reason: "`closed`, `expired`, `shutdown`",
      lifetimeMs: "since it was created",
      executionCount: "",
      restarts: "",
      activeSessions: "how many are left in this process",
    },
  },
  "worker.unresponsive": {
    when: "A worker has missed its heartbeats and is being ended",
    fields: { ...ofSession, pid: "" },
  },
  "worker.exited": {
    when: "A worker's process tree is gone, wanted or not",
    fields: { ...ofSession, pid: "", exitCode: "`null` after a signal", signal: "`null` without" },
  },
  "execution.queued": {
    when: "Code was given to a session; told in the caller's own context",
    fields: { ...ofExecution, codeBytes: "" },
  },
  "execution.rejected": {
    when: "The session refused it after all; it has not run",
    fields: { ...ofExecution, code },
  },
  "execution.started": {
    when: "It has left the queue",
    fields: { ...ofExecution, queuedMs: "how long it waited" },
  },
  "execution.ended": {
    when: "It has ended, run or not",
    fields: {
      ...ofExecution,
      status: "`ok`, `error`, `timeout`, `interrupted`, `lost`",
      exitCode: "`null` where there is none",
      signal: "`null` where there is none",
      sessionState: "`kept`, `restored`, `lost`",
      hasStarted: "whether it left the queue",
      queuedMs: "how long it waited",
      durationMs: "from its start to its end, 0 without a start",
      stdoutBytes: "written, kept or not",
      stderrBytes: "written, kept or not",
      isTruncated: "whether some output was not kept",
    },
  },
  "message.sent": {
    when: "A message was given to a worker's channel",
    fields: { type: "as in [protocol.md](protocol.md)", bytes: "without frame headers" },
  },
  "message.received": {
    when: "A message came from a worker's channel",
    fields: { type: "as in [protocol.md](protocol.md)", bytes: "without frame headers" },
  },
  "pool.acquired": {
    when: "A pool gave a session or a worker out",
    fields: { runtime: "", isHit: "whether it was there already", waitMs: "with its start" },
  },
  "pool.refused": {
    when: "A pool gave none: its waiter's time was over, or it was cancelled",
    fields: { runtime: "", code, waitMs: "" },
  },
  "pool.released": {
    when: "A session came back to its pool",
    fields: { runtime: "", outcome: "`keep`, `reset`, `discard`" },
  },
  "pool.warmed": {
    when: "A pool has another worker that waits",
    fields: { runtime: "", durationMs: "its start", idle: "how many wait now" },
  },
  "pool.warm_failed": {
    when: "A worker for a pool did not start",
    fields: { runtime: "", code, attempt: "counts from 1 since the last one that did" },
  },
  "pool.removed": {
    when: "A pool ended a worker or a session that waited",
    fields: { reason: "such as its age, its uses, its idle time, its health" },
  },
  "checkpoint.created": {
    when: "A checkpoint is stored",
    fields: { ...ofCheckpoint, isAutomatic: "" },
  },
  "checkpoint.restored": { when: "A session has the state of a checkpoint", fields: ofCheckpoint },
  "checkpoint.failed": {
    when: "There is no checkpoint, or its state was not taken",
    fields: { ...ofSession, operation: "`create`, `restore`", code },
  },
  "host.expiring": {
    when: "An idle session will end unless it is used",
    fields: { ...ofSession, expiresAt: "milliseconds since the epoch" },
  },
};
