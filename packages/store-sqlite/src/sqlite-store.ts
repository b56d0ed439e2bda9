import type { DatabaseSync } from "node:sqlite";
import {
  type PruneBounds,
  type SessionRecord,
  type Store,
  type StoreChange,
  type StoredEvent,
  type StoredExecution,
  type StoredRows,
  type TombstoneRecord,
  decodeExecution,
  decodeRecord,
  encodeRecord,
  endedAt,
  executionNotStored,
  hasEnded,
  readEvent,
  readRows,
  sessionNotStored,
  sessionRecordSchema,
  storeClosed,
  tombstoneSchema,
} from "@holdfast/core";
import { openDatabase } from "./open-database.ts";
import { sqliteError } from "./sqlite-error.ts";
import { type Statements, prepareStatements } from "./statements.ts";

/** Options of {@link SqliteStore.open}. */
export interface SqliteStoreOptions {
  /** Until a file that another process has open is refused, in milliseconds; the thread waits. @default 2_000 */
  readonly busyTimeoutMs?: number;
}

const pageBytes = 1 << 20;

/**
 * A store in one SQLite file, for one process at a time. What was written survives `kill -9` of the process; what was
 * claimed survives the end of the machine as well. Calls do their work at once, on the thread that makes them.
 */
export class SqliteStore implements Store {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  #isClosed = false;

  private constructor(file: string, database: DatabaseSync) {
    this.file = file;
    this.#database = database;
    this.#statements = prepareStatements(database);
  }

  /**
   * Opens the file, or makes it and its folder, readable by this user alone.
   * @throws HoldfastError `store_unavailable` for a folder that cannot be written to or a file that another process has
   *   open; `store_invalid` for one that is damaged, of another program, or of a later version: it is left as it is
   */
  static async open(file: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
    return new SqliteStore(file, await openDatabase(file, options.busyTimeoutMs ?? 2_000));
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    this.#transaction(() => {
      for (const change of changes) this.#apply(change);
    });
  }

  async claim(execution: StoredExecution): Promise<StoredExecution | null> {
    const { sessionId } = execution.record;
    this.#run(() => this.#database.exec("PRAGMA synchronous = FULL"));
    try {
      return this.#transaction(() => {
        if (this.#statements.hasSession.get(sessionId) === undefined)
          throw sessionNotStored(sessionId);
        const key = execution.idempotency?.key ?? null;
        const row = key === null ? undefined : this.#statements.executionByKey.get(sessionId, key);
        if (row !== undefined) return decodeExecution(row["data"], String(row["id"]));
        this.#apply({ type: "execution", execution });
        return null;
      });
    } finally {
      this.#run(() => this.#database.exec("PRAGMA synchronous = NORMAL"));
    }
  }

  async sessions(): Promise<StoredRows<SessionRecord>> {
    return this.#run(() =>
      readRows(this.#statements.sessions.iterate(), ({ id, data }) =>
        decodeRecord(data, sessionRecordSchema, `session ${String(id)}`),
      ),
    );
  }

  async tombstones(): Promise<StoredRows<TombstoneRecord>> {
    return this.#run(() =>
      readRows(this.#statements.tombstones.iterate(), ({ id, data }) =>
        decodeRecord(data, tombstoneSchema, `tombstone of session ${String(id)}`),
      ),
    );
  }

  async unfinished(): Promise<StoredRows<StoredExecution>> {
    return this.#run(() => readExecutions(this.#statements.unfinished.iterate()));
  }

  async execution(sessionId: string, executionId: string): Promise<StoredExecution | null> {
    return this.#run(() => {
      const row = this.#statements.execution.get(sessionId, executionId);
      return row === undefined ? null : decodeExecution(row["data"], executionId);
    });
  }

  async executions(
    sessionId: string,
    { before, limit }: { readonly before?: string; readonly limit: number },
  ): Promise<StoredRows<StoredExecution>> {
    return this.#run(() => {
      const number =
        before === undefined ? Number.MAX_SAFE_INTEGER : this.#number(sessionId, before);
      if (number === null) throw executionNotStored(sessionId, before ?? "");
      return readExecutions(this.#statements.executions.iterate(sessionId, number, limit));
    });
  }

  async events(
    sessionId: string,
    executionId: string,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<readonly StoredEvent[]> {
    return this.#run(() => {
      const events: StoredEvent[] = [];
      let size = 0;
      for (const { seq, data } of this.#statements.events.iterate(
        this.#number(sessionId, executionId),
        after,
      )) {
        if (events.length >= limit || size >= pageBytes) break;
        const event = readEvent(data, `event ${String(seq)} of execution ${executionId}`);
        if (event === null) continue;
        events.push(event);
        size += (data as Uint8Array).length;
      }
      return events;
    });
  }

  async lastSeq(sessionId: string, executionId: string): Promise<number> {
    return this.#run(() => {
      const number = this.#number(sessionId, executionId);
      return Number(this.#statements.lastSeq.get(number)?.["value"]);
    });
  }

  async prune({ tombstonesBefore, executionsBefore, maxExecutions }: PruneBounds): Promise<void> {
    this.#transaction(() => {
      this.#statements.pruneTombstones.run(tombstonesBefore);
      this.#statements.pruneOld.run(executionsBefore);
      this.#statements.pruneExcess.run(maxExecutions);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#database.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #apply(change: StoreChange): void {
    const statements = this.#statements;
    switch (change.type) {
      case "session": {
        const { id, createdAt } = change.record;
        statements.putSession.run(id, createdAt, encodeRecord(change.record));
        statements.dropTombstone.run(id);
        return;
      }
      case "session_gone": {
        const { sessionId, at } = change.tombstone;
        statements.dropSession.run(sessionId);
        statements.putTombstone.run(sessionId, at, encodeRecord(change.tombstone));
        return;
      }
      case "execution":
        return this.#putExecution(change.execution);
      case "execution_gone":
        statements.dropExecution.run(change.sessionId, change.executionId);
        return;
      case "events": {
        const number = this.#number(change.sessionId, change.executionId);
        if (number === null) return;
        for (const event of change.events)
          statements.putEvent.run(number, event.seq, encodeRecord(event));
        return;
      }
      default:
        return change satisfies never;
    }
  }

  #putExecution(execution: StoredExecution): void {
    const { id, sessionId, status } = execution.record;
    this.#statements.putExecution.run(
      sessionId,
      id,
      execution.idempotency?.key ?? null,
      hasEnded(status) ? 1 : 0,
      endedAt(execution),
      encodeRecord(execution),
    );
  }

  #number(sessionId: string, executionId: string): number | null {
    const row = this.#statements.executionNumber.get(sessionId, executionId);
    return row === undefined ? null : Number(row["number"]);
  }

  #transaction<T>(work: () => T): T {
    return this.#run(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk may have rolled it back already.
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  #run<T>(work: () => T): T {
    if (this.#isClosed) throw storeClosed();
    try {
      return work();
    } catch (error) {
      throw sqliteError(this.file, error);
    }
  }
}

function readExecutions(rows: Iterable<Record<string, unknown>>): StoredRows<StoredExecution> {
  return readRows(rows, ({ id, data }) => decodeExecution(data, String(id)));
}
