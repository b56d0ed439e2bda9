import type { HoldfastError } from "../errors/holdfast-error.ts";
import type { SessionRecord, TombstoneRecord } from "./session-record.ts";
import type { StoredEvent } from "./stored-event.ts";
import type { StoredExecution } from "./stored-execution.ts";

/** One change of what a store holds. */
export type StoreChange =
  /** Puts a session in, or in the place of the one of that id; its tombstone goes. */
  | { readonly type: "session"; readonly record: SessionRecord }
  /** Takes a session out with all of its executions, and remembers that it was there. */
  | { readonly type: "session_gone"; readonly tombstone: TombstoneRecord }
  /** Puts an execution in, or in the place of the one of that id. Nothing happens when its session is not there. */
  | { readonly type: "execution"; readonly execution: StoredExecution }
  /** Takes an execution out with its events. */
  | {
      readonly type: "execution_gone";
      readonly sessionId: string;
      readonly executionId: string;
    }
  /** Adds events. Nothing happens when their execution is not there; of two with one number the later stays. */
  | {
      readonly type: "events";
      readonly sessionId: string;
      readonly executionId: string;
      readonly events: readonly StoredEvent[];
    };

/** Rows that were read, and an error with the code `store_invalid` for each that could not be. */
export interface StoredRows<T> {
  readonly records: readonly T[];
  readonly damaged: readonly HoldfastError[];
}

/** What {@link Store.prune} leaves. Times in milliseconds since the epoch. */
export interface PruneBounds {
  /** Tombstones that are older go. */
  readonly tombstonesBefore: number;
  /** Executions that ended earlier go. */
  readonly executionsBefore: number;
  /** Ended executions that stay with each session; the oldest go. */
  readonly maxExecutions: number;
}

/**
 * Keeps sessions, their executions and the events of these beyond the life of the process. Every call can fail with
 * `store_unavailable`, and may then be made again; what is read is checked, and what cannot be read is `store_invalid`,
 * for that row alone. A host is the only writer of its sessions.
 */
export interface Store extends AsyncDisposable {
  /** Carries out all of the changes in their order, or none of them. They outlive the end of the process. */
  write(changes: readonly StoreChange[]): Promise<void>;

  /**
   * Puts in an execution that is about to run, unless the session has one of the same idempotency key; that one is then
   * the answer, else `null`. It outlives the end of the machine where the store can promise that.
   * @throws HoldfastError `store_unavailable` also when the session is not in the store
   */
  claim(execution: StoredExecution): Promise<StoredExecution | null>;

  /** All sessions, oldest first. */
  sessions(): Promise<StoredRows<SessionRecord>>;

  /** All tombstones, oldest first. */
  tombstones(): Promise<StoredRows<TombstoneRecord>>;

  /** Executions of all sessions that have not ended, oldest first. */
  unfinished(): Promise<StoredRows<StoredExecution>>;

  /** `null`: there is none. */
  execution(sessionId: string, executionId: string): Promise<StoredExecution | null>;

  /**
   * Executions of a session, newest first, those that were accepted before `before`.
   * @throws HoldfastError `execution_not_found` when `before` is not there
   */
  executions(
    sessionId: string,
    options: { readonly before?: string; readonly limit: number },
  ): Promise<StoredRows<StoredExecution>>;

  /** Events after `after` in their order, up to `limit` and about 1 MiB. What is missing or cannot be read is left out. */
  events(
    sessionId: string,
    executionId: string,
    options: { readonly after: number; readonly limit: number },
  ): Promise<readonly StoredEvent[]>;

  /** The largest number of a stored event; 0: there is none. */
  lastSeq(sessionId: string, executionId: string): Promise<number>;

  /** Forgets what is older or more than that. */
  prune(bounds: PruneBounds): Promise<void>;

  /** Repeated calls do nothing; every other call fails afterwards with `store_unavailable`. */
  close(): Promise<void>;
}
