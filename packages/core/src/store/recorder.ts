import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Execution } from "../session/execution.ts";
import { type ExecutionPart, FollowedExecution, type Idempotency } from "./followed-execution.ts";
import type { SessionRecord, TombstoneRecord } from "./session-record.ts";
import type { Store, StoreChange } from "./store.ts";

/** What a {@link Recorder} needs. Times in milliseconds. */
export interface RecorderOptions {
  readonly store: Store;
  /** How a session stands now; `null` when it is gone. */
  readonly record: (sessionId: string) => SessionRecord | null;
  /** Told when the store begins to fail, of rows it refuses, and not again until it has worked. */
  readonly onError?: (error: HoldfastError) => void;
  /** Changes are collected for so long. @default 20 */
  readonly batchMs?: number;
  /** About so much output goes into one transaction. @default 1 MiB */
  readonly batchBytes?: number;
  /** A store that failed is tried again after so long. @default 1_000 */
  readonly retryMs?: number;
  /** Output of ended executions that waits for a store which is behind; past it the oldest becomes a gap. @default 64 MiB */
  readonly maxHeldBytes?: number;
}

/** How recording stands. */
export interface RecorderStatus {
  readonly isDegraded: boolean;
  /** The last failure, `null` while the store works. */
  readonly error: HoldfastError | null;
  /** Executions of which output was given up, or that the store refused. */
  readonly lossCount: number;
}

const maxBatchEvents = 1_000;
// A transaction of so many takes about a millisecond, for which nothing else runs where the store works on our thread.
const maxBatchChanges = 100;
// Records without their output; past it the oldest are not recorded at all.
const maxHeldExecutions = 10_000;

/**
 * Writes what happens in sessions to a store, in batches and behind the sessions' backs: nothing that runs waits for it.
 * When the store fails or falls behind, sessions go on; what cannot be kept for it becomes a gap in what is stored.
 */
export class Recorder {
  readonly #options: Required<RecorderOptions>;
  readonly #followed = new Map<string, Set<FollowedExecution>>();
  /** Sessions of which something is to be written. */
  readonly #touched = new Set<string>();
  readonly #gone = new Map<string, TombstoneRecord>();
  /** Keys of executions that are about to be accepted, by `session/execution`. */
  readonly #keys = new Map<string, Idempotency>();
  #timer: NodeJS.Timeout | null = null;
  #soon: NodeJS.Immediate | null = null;
  #flushing: Promise<void> | null = null;
  #flushedAt = -Infinity;
  /** One execution a transaction, to find the one that the store refuses. */
  #isSingle = false;
  #error: HoldfastError | null = null;
  #lossCount = 0;
  #isClosed = false;

  constructor(options: RecorderOptions) {
    this.#options = {
      onError: () => {},
      batchMs: 20,
      batchBytes: 1 << 20,
      retryMs: 1_000,
      maxHeldBytes: 64 << 20,
      ...options,
    };
  }

  get status(): RecorderStatus {
    return {
      isDegraded: this.#error !== null,
      error: this.#error,
      lossCount: this.#lossCount,
    };
  }

  /** Something of the session has changed. */
  touch(sessionId: string): void {
    if (this.#isClosed) return;
    this.#touched.add(sessionId);
    if (this.#timer === null)
      this.#arm(this.#error === null ? this.#options.batchMs : this.#options.retryMs);
  }

  /** Says under which key the execution that comes next with this id was asked for. Answers how to take that back. */
  expect(sessionId: string, executionId: string, idempotency: Idempotency): () => void {
    const name = `${sessionId}/${executionId}`;
    this.#keys.set(name, idempotency);
    return () => void this.#keys.delete(name);
  }

  /** Records an execution to its end. */
  follow(execution: Execution): void {
    const { sessionId } = execution.record;
    const name = `${sessionId}/${execution.id}`;
    const idempotency = this.#keys.get(name) ?? null;
    const followed = new FollowedExecution(execution, idempotency);
    this.#keys.delete(name);
    let all = this.#followed.get(sessionId);
    if (all === undefined) this.#followed.set(sessionId, (all = new Set()));
    all.add(followed);
    this.touch(sessionId);
    void execution.ended.then(() => this.#ended(sessionId, idempotency !== null));
  }

  /** Takes a session out of the store, with all that was to be written of it. */
  bury(tombstone: TombstoneRecord): void {
    const { sessionId } = tombstone;
    this.#followed.delete(sessionId);
    this.#gone.set(sessionId, tombstone);
    this.touch(sessionId);
    this.#flushSoon();
  }

  /** Settles when all that happened before the call is stored, or the store has failed. Never rejects. */
  async flush(): Promise<void> {
    await this.#flushing;
    await this.#flush();
  }

  /** Writes what is left, once. What happens later is not recorded. */
  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
    this.#disarm();
  }

  #ended(sessionId: string, isAwaited: boolean): void {
    if (!this.#followed.has(sessionId)) return;
    this.touch(sessionId);
    this.#limitHeld();
    // At once when it is quiet, or when a repeat may ask for it; in a burst of short ones with the others.
    if (isAwaited || performance.now() - this.#flushedAt >= this.#options.batchMs)
      this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#error === null) this.#soon ??= setImmediate(() => void this.#flush());
  }

  #flush(): Promise<void> {
    this.#flushing ??= this.#writeAll().finally(() => (this.#flushing = null));
    return this.#flushing;
  }

  async #writeAll(): Promise<void> {
    this.#disarm();
    for (let batch = this.#collect(); batch !== null; batch = this.#collect()) {
      try {
        await this.#options.store.write(batch.changes);
      } catch (error) {
        if (this.#failed(batch, asHoldfastError(error))) continue;
        break;
      }
      batch.stored();
      this.#error = null;
      if (batch.isFull) await new Promise((next) => setImmediate(next));
    }
    this.#isSingle = false;
    this.#flushedAt = performance.now();
    if (this.#error !== null && this.#touched.size > 0) this.#arm(this.#options.retryMs);
  }

  #collect(): Batch | null {
    const batch = new Batch();
    for (const sessionId of this.#touched) {
      if (batch.isFull) break;
      this.#collectSession(sessionId, batch);
    }
    return batch.changes.length === 0 ? null : batch;
  }

  #collectSession(sessionId: string, batch: Batch): void {
    this.#touched.delete(sessionId);
    batch.onFailure.push(() => this.#touched.add(sessionId));
    const tombstone = this.#gone.get(sessionId);
    if (tombstone !== undefined) {
      this.#gone.delete(sessionId);
      batch.changes.push({ type: "session_gone", tombstone });
      batch.onFailure.push(() => {
        if (!this.#gone.has(sessionId)) this.#gone.set(sessionId, tombstone);
      });
    }
    const record = this.#options.record(sessionId);
    if (record === null) return;
    batch.changes.push({ type: "session", record });
    const { batchBytes } = this.#options;
    for (const followed of this.#followed.get(sessionId) ?? []) {
      const room = batchBytes - batch.sizeBytes;
      const isFull = this.#isSingle && batch.followed.length > 0;
      if (isFull || room <= 0 || batch.changes.length >= maxBatchChanges) {
        batch.isFull = true;
        this.#touched.add(sessionId);
        return;
      }
      const part = followed.nextPart(room, maxBatchEvents);
      if (part === null) continue;
      batch.add(followed, part);
      if (part.isLast) batch.onStored.push(() => this.#forget(followed));
      else if (part.hasMore) {
        batch.isFull = true;
        this.#touched.add(sessionId);
        return;
      }
    }
  }

  #forget(followed: FollowedExecution): void {
    const all = this.#followed.get(followed.sessionId);
    all?.delete(followed);
    if (all?.size === 0) this.#followed.delete(followed.sessionId);
  }

  /** Answers whether others can be written at once. */
  #failed(batch: Batch, error: HoldfastError): boolean {
    if (error.code === "store_unavailable") {
      batch.undo();
      if (this.#error === null) this.#options.onError(error);
      this.#error = error;
      this.#limitHeld();
      return false;
    }
    const [refused, ...others] = batch.followed;
    if (refused !== undefined) batch.undo();
    this.#isSingle = others.length > 0;
    if (this.#isSingle) return true;
    if (refused !== undefined) this.#forget(refused);
    this.#lossCount++;
    this.#options.onError(error);
    return true;
  }

  /** Keeps the memory that waits for the store within its bounds, at the cost of the oldest. */
  #limitHeld(): void {
    if (this.#error === null && this.#flushing === null) return;
    const ended = [...this.#followed.values()].flatMap((all) =>
      [...all].filter(({ hasEnded }) => hasEnded),
    );
    let bytes = ended.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    let count = ended.length;
    for (const followed of ended) {
      if (count > maxHeldExecutions) {
        this.#forget(followed);
        count--;
      } else if (bytes <= this.#options.maxHeldBytes) return;
      bytes -= followed.heldBytes;
      if (followed.heldBytes > 0) this.#lossCount++;
      followed.giveUpOutput();
    }
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#flush();
    }, delayMs);
    this.#timer.unref();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#soon !== null) clearImmediate(this.#soon);
    this.#timer = null;
    this.#soon = null;
  }
}

/** What goes into one transaction. */
class Batch {
  readonly changes: StoreChange[] = [];
  readonly followed: FollowedExecution[] = [];
  readonly onStored: (() => void)[] = [];
  readonly onFailure: (() => void)[] = [];
  sizeBytes = 0;
  isFull = false;

  add(followed: FollowedExecution, part: ExecutionPart): void {
    this.changes.push(...part.changes);
    this.followed.push(followed);
    this.sizeBytes += part.sizeBytes;
    this.onStored.push(part.stored);
  }

  stored(): void {
    for (const done of this.onStored) done();
  }

  undo(): void {
    for (const undo of this.onFailure) undo();
  }
}

/** What is not an error of a store is that of a record which it cannot take. */
function asHoldfastError(error: unknown): HoldfastError {
  if (HoldfastError.is(error)) return error;
  const shown = error instanceof Error ? error.message : String(error);
  return new HoldfastError({ code: "internal", message: `store: ${shown}`, cause: error });
}
