import type { SessionRecord, StoreChange } from "@holdfast/core";
import { encodeChanges } from "./encode-changes.ts";
import { RedisReply } from "./redis-error.ts";
import type { FencedConnection } from "./redis-link.ts";
import { scripts } from "./scripts.ts";

const sessionsAtOnce = 50;

/**
 * The sessions that are stored, as they were written last. A Redis that keeps nothing on a disk comes back empty after its
 * end: the sessions of the host, which lives on, are put there again. What had run in them is lost.
 */
export class LiveSessions {
  readonly #records = new Map<string, SessionRecord>();

  /** What was written. */
  note(changes: readonly StoreChange[]): void {
    for (const change of changes)
      if (change.type === "session") this.#records.set(change.record.id, change.record);
      else if (change.type === "session_gone") this.#records.delete(change.tombstone.sessionId);
  }

  /** One that something else stands in the way of stays away; writing to it tells. */
  async restore({ writeScript }: FencedConnection): Promise<void> {
    const put = (record: SessionRecord) =>
      writeScript(scripts.write, ...encodeChanges([{ type: "session", record }])).catch(
        (error: unknown) => {
          if (!(error instanceof RedisReply) || error.word !== "DAMAGED") throw error;
        },
      );
    const records = [...this.#records.values()];
    for (let begin = 0; begin < records.length; begin += sessionsAtOnce)
      await Promise.all(records.slice(begin, begin + sessionsAtOnce).map(put));
  }
}
