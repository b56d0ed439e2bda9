import type { SessionRecord, StoredExecution } from "@holdfast/core";

/** A session as a store keeps it, with what the test does not care about filled in. */
export function buildSessionRecord(changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    version: 1,
    id: "s",
    runtime: "fake",
    owner: null,
    labels: {},
    env: {},
    cwd: "/",
    idleTimeoutMs: null,
    createdAt: 0,
    lastActivityAt: 0,
    state: "idle",
    restarts: 0,
    executionCount: 0,
    lastCheckpointId: null,
    ...changes,
  };
}

/** An execution as a store keeps it, likewise. @default running, with the id `e` in the session `s` */
export function buildStoredExecution(
  changes: Partial<StoredExecution["record"]> = {},
  facts: Partial<Omit<StoredExecution, "record">> = {},
): StoredExecution {
  return {
    version: 1,
    code: "code",
    cwd: null,
    timeoutMs: null,
    allowInput: false,
    idempotency: null,
    lastSeq: 0,
    stdoutRest: new Uint8Array(),
    stderrRest: new Uint8Array(),
    ...facts,
    record: {
      id: "e",
      sessionId: "s",
      status: "running",
      isBackground: false,
      pid: null,
      exitCode: null,
      signal: null,
      stdoutBytes: 0,
      stderrBytes: 0,
      truncated: false,
      result: null,
      displays: [],
      error: null,
      changes: null,
      queuedAt: 0,
      startedAt: 0,
      durationMs: 0,
      sessionState: "kept",
      ...changes,
    },
  };
}
