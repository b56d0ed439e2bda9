import { hasEnded } from "../session/execution-record.ts";
import { decodeExecution, readEvent, readRows } from "./read-rows.ts";
import { decodeRecord, encodeRecord } from "./record-codec.ts";
import {
  type SessionRecord,
  type TombstoneRecord,
  sessionRecordSchema,
  tombstoneSchema,
} from "./session-record.ts";
import { executionNotStored, sessionNotStored, storeClosed } from "./store-errors.ts";
import type { PruneBounds, Store, StoreChange, StoredRows } from "./store.ts";
import type { StoredEvent } from "./stored-event.ts";
import { type StoredExecution, endedAt } from "./stored-execution.ts";

interface ExecutionRow {
  bytes: Uint8Array;
  key: string | null;
  hasEnded: boolean;
  endedAt: number | null;
  readonly events: Map<number, Uint8Array>;
}

interface SessionRow {
  bytes: Uint8Array;
  createdAt: number;
  /** In the order in which they came. */
  readonly executions: Map<string, ExecutionRow>;
}

const pageBytes = 1 << 20;

/**
 * A store in this process: what it holds ends with it. For tests, and for hosts that come and go within one process.
 * Records are kept as bytes, so nothing that is read is shared with what was written.
 */
export class MemoryStore implements Store {
  readonly #sessions = new Map<string, SessionRow>();
  readonly #tombstones = new Map<string, { readonly bytes: Uint8Array; readonly at: number }>();
  #isClosed = false;

  async write(changes: readonly StoreChange[]): Promise<void> {
    this.#mustBeOpen();
    // What cannot be encoded fails before anything is changed.
    for (const step of changes.map((change) => this.#prepare(change))) step();
  }

  async claim(execution: StoredExecution): Promise<StoredExecution | null> {
    this.#mustBeOpen();
    const { sessionId } = execution.record;
    const session = this.#sessions.get(sessionId);
    if (session === undefined) throw sessionNotStored(sessionId);
    const key = execution.idempotency?.key ?? null;
    for (const [id, row] of session.executions)
      if (key !== null && row.key === key) return decodeExecution(row.bytes, id);
    await this.write([{ type: "execution", execution }]);
    return null;
  }

  async sessions(): Promise<StoredRows<SessionRecord>> {
    this.#mustBeOpen();
    const rows = [...this.#sessions].toSorted(([, a], [, b]) => a.createdAt - b.createdAt);
    return readRows(rows, ([id, { bytes }]) =>
      decodeRecord(bytes, sessionRecordSchema, `session ${id}`),
    );
  }

  async tombstones(): Promise<StoredRows<TombstoneRecord>> {
    this.#mustBeOpen();
    const rows = [...this.#tombstones].toSorted(([, a], [, b]) => a.at - b.at);
    return readRows(rows, ([id, { bytes }]) =>
      decodeRecord(bytes, tombstoneSchema, `tombstone of session ${id}`),
    );
  }

  async unfinished(): Promise<StoredRows<StoredExecution>> {
    this.#mustBeOpen();
    const rows = [...this.#sessions.values()].flatMap(({ executions }) =>
      [...executions].filter(([, row]) => !row.hasEnded),
    );
    return readRows(rows, ([id, { bytes }]) => decodeExecution(bytes, id));
  }

  async execution(sessionId: string, executionId: string): Promise<StoredExecution | null> {
    this.#mustBeOpen();
    const row = this.#row(sessionId, executionId);
    return row === undefined ? null : decodeExecution(row.bytes, executionId);
  }

  async executions(
    sessionId: string,
    { before, limit }: { readonly before?: string; readonly limit: number },
  ): Promise<StoredRows<StoredExecution>> {
    this.#mustBeOpen();
    const rows = [...(this.#sessions.get(sessionId)?.executions ?? [])].toReversed();
    const begin = before === undefined ? 0 : rows.findIndex(([id]) => id === before) + 1;
    if (before !== undefined && begin === 0) throw executionNotStored(sessionId, before);
    return readRows(rows.slice(begin, begin + limit), ([id, { bytes }]) =>
      decodeExecution(bytes, id),
    );
  }

  async events(
    sessionId: string,
    executionId: string,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<readonly StoredEvent[]> {
    this.#mustBeOpen();
    const rows = this.#row(sessionId, executionId)?.events ?? new Map<number, Uint8Array>();
    const events: StoredEvent[] = [];
    let size = 0;
    for (const [seq, bytes] of [...rows].toSorted(([a], [b]) => a - b)) {
      if (seq <= after) continue;
      if (events.length >= limit || size >= pageBytes) break;
      const event = readEvent(bytes, `event ${seq} of execution ${executionId}`);
      if (event === null) continue;
      events.push(event);
      size += bytes.length;
    }
    return events;
  }

  async lastSeq(sessionId: string, executionId: string): Promise<number> {
    this.#mustBeOpen();
    let last = 0;
    for (const seq of this.#row(sessionId, executionId)?.events.keys() ?? [])
      last = Math.max(last, seq);
    return last;
  }

  async prune({ tombstonesBefore, executionsBefore, maxExecutions }: PruneBounds): Promise<void> {
    this.#mustBeOpen();
    for (const [id, { at }] of this.#tombstones)
      if (at < tombstonesBefore) this.#tombstones.delete(id);
    for (const { executions } of this.#sessions.values()) {
      const ended = [...executions].filter(([, row]) => row.hasEnded);
      for (const [index, [id, row]] of ended.entries()) {
        const isTooMany = index < ended.length - maxExecutions;
        if (isTooMany || (row.endedAt ?? Infinity) < executionsBefore) executions.delete(id);
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #prepare(change: StoreChange): () => void {
    switch (change.type) {
      case "session": {
        const { record } = change;
        const bytes = encodeRecord(record);
        return () => this.#putSession(record, bytes);
      }
      case "session_gone": {
        const { tombstone } = change;
        const bytes = encodeRecord(tombstone);
        return () => {
          this.#sessions.delete(tombstone.sessionId);
          this.#tombstones.set(tombstone.sessionId, { bytes, at: tombstone.at });
        };
      }
      case "execution": {
        const { execution } = change;
        const bytes = encodeRecord(execution);
        return () => this.#putExecution(execution, bytes);
      }
      case "execution_gone":
        return () =>
          void this.#sessions.get(change.sessionId)?.executions.delete(change.executionId);
      case "events": {
        const rows = change.events.map((event) => [event.seq, encodeRecord(event)] as const);
        return () => {
          const kept = this.#row(change.sessionId, change.executionId)?.events;
          for (const [seq, bytes] of rows) kept?.set(seq, bytes);
        };
      }
      default:
        return change satisfies never;
    }
  }

  #putSession({ id, createdAt }: SessionRecord, bytes: Uint8Array): void {
    this.#tombstones.delete(id);
    const row = this.#sessions.get(id);
    if (row === undefined) this.#sessions.set(id, { bytes, createdAt, executions: new Map() });
    else Object.assign(row, { bytes, createdAt });
  }

  #putExecution(execution: StoredExecution, bytes: Uint8Array): void {
    const { id, sessionId, status } = execution.record;
    const executions = this.#sessions.get(sessionId)?.executions;
    const facts = {
      bytes,
      key: execution.idempotency?.key ?? null,
      hasEnded: hasEnded(status),
      endedAt: endedAt(execution),
    };
    const row = executions?.get(id);
    if (row === undefined) executions?.set(id, { ...facts, events: new Map() });
    else Object.assign(row, facts);
  }

  #row(sessionId: string, executionId: string): ExecutionRow | undefined {
    return this.#sessions.get(sessionId)?.executions.get(executionId);
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw storeClosed();
  }
}
