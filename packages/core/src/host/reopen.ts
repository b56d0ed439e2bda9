import type { HoldfastError } from "../errors/holdfast-error.ts";
import { loseExecution } from "../store/lost-execution.ts";
import type { SessionRecord, TombstoneRecord } from "../store/session-record.ts";
import type { Store } from "../store/store.ts";

/** What a store has of the hosts before. */
export interface Reopened {
  readonly sessions: readonly SessionRecord[];
  readonly tombstones: readonly TombstoneRecord[];
  /** Rows that could not be read. */
  readonly damaged: readonly HoldfastError[];
}

/** Reads what a store has, and ends what its last host left unfinished: as lost. @throws HoldfastError `store_unavailable` */
export async function reopen(store: Store): Promise<Reopened> {
  const sessions = await store.sessions();
  const tombstones = await store.tombstones();
  const unfinished = await store.unfinished();
  const now = Date.now();
  // A clock that was set back meanwhile would keep a session alive for longer than it says.
  const records = sessions.records.map((one) => ({
    ...one,
    createdAt: Math.min(one.createdAt, now),
    lastActivityAt: Math.min(one.lastActivityAt, now),
  }));
  const activity = new Map(records.map((one) => [one.id, one.lastActivityAt]));
  for (const stored of unfinished.records) {
    const { id, sessionId } = stored.record;
    const lastSeq = await store.lastSeq(sessionId, id);
    const lastActivityAt = activity.get(sessionId) ?? now;
    await store.write(loseExecution(stored, { lastSeq, lastActivityAt }));
  }
  return {
    sessions: records,
    tombstones: tombstones.records,
    damaged: [...sessions.damaged, ...tombstones.damaged, ...unfinished.damaged],
  };
}
