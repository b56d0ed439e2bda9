import {
  type StoreChange,
  type StoredEvent,
  type StoredExecution,
  encodeRecord,
  endedAt,
  hasEnded,
} from "@holdfast/core";
import { eventRowName } from "./event-row.ts";

/** An argument of a command. */
export type Argument = string | Buffer;

/** Changes as the arguments of the script that carries them out. @throws what a record throws that cannot be encoded */
export function encodeChanges(changes: readonly StoreChange[]): Argument[] {
  // What a session has is not looked at first when it is to go: it can be removed whatever it is.
  const sessions = new Map<string, "0" | "1">();
  const args: Argument[] = [];
  for (const change of changes) {
    const id = sessionIdOf(change);
    if (!sessions.has(id)) sessions.set(id, change.type === "session_gone" ? "0" : "1");
    args.push(...encodeChange(change, id));
  }
  return [String(sessions.size), ...[...sessions].flat(), ...args];
}

/** The bytes of a record. */
export function encoded(record: object): Buffer {
  const bytes = encodeRecord(record);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sessionIdOf(change: StoreChange): string {
  switch (change.type) {
    case "session":
      return change.record.id;
    case "session_gone":
      return change.tombstone.sessionId;
    case "execution":
      return change.execution.record.sessionId;
    case "execution_gone":
    case "events":
      return change.sessionId;
    default:
      return change satisfies never;
  }
}

function encodeChange(change: StoreChange, sessionId: string): readonly Argument[] {
  const { type } = change;
  switch (type) {
    case "session":
      return [type, sessionId, score(change.record.createdAt), encoded(change.record)];
    case "session_gone":
      return [type, sessionId, score(change.tombstone.at), encoded(change.tombstone)];
    case "execution":
      return [type, sessionId, ...encodeExecution(change.execution)];
    case "execution_gone":
      return [type, sessionId, change.executionId];
    case "events": {
      const rows = eventRows(change.executionId, change.events);
      if (rows.length === 0) return [];
      return [type, sessionId, change.executionId, String(rows.length), ...rows];
    }
    default:
      return change satisfies never;
  }
}

function encodeExecution(execution: StoredExecution): readonly Argument[] {
  const { id, status } = execution.record;
  const ended = hasEnded(status) ? score(endedAt(execution) ?? 0) : "";
  return [id, execution.idempotency?.key ?? "", ended, encoded(execution)];
}

/** In the order of their numbers; of two with one number the later. */
function eventRows(executionId: string, events: readonly StoredEvent[]): readonly Buffer[] {
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  return [...bySeq.values()]
    .toSorted((a, b) => a.seq - b.seq)
    .map((event) => Buffer.concat([eventRowName(executionId, event.seq), encoded(event)]));
}

/** What is no number stands for the beginning of time: Redis must not refuse it half way through. */
function score(value: number): string {
  return Number.isFinite(value) ? String(value) : "0";
}
