import type { StoreChange } from "./store.ts";
import type { StoredExecution } from "./stored-execution.ts";

/**
 * How far the number of the end lies beyond the last stored event of an execution that was lost with its process. Clients
 * may have seen events that were not stored; no execution makes so many in the time for which a store can be behind.
 */
export const lostSeqJump = 2 ** 32;

/** The end of an execution whose process ended without having stored one: it ran, or was about to, and is not run again. */
export function loseExecution(
  stored: StoredExecution,
  facts: { readonly lastSeq: number; readonly lastActivityAt: number },
): readonly StoreChange[] {
  const { id: executionId, sessionId, startedAt } = stored.record;
  const seq = facts.lastSeq + lostSeqJump;
  const execution: StoredExecution = {
    ...stored,
    lastSeq: seq,
    record: {
      ...stored.record,
      status: "lost",
      sessionState: "lost",
      durationMs: startedAt === null ? 0 : Math.max(0, facts.lastActivityAt - startedAt),
    },
  };
  return [
    { type: "execution", execution },
    { type: "events", sessionId, executionId, events: [{ seq, type: "completed" }] },
  ];
}
