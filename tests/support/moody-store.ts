import { HoldfastError, MemoryStore, type StoreChange, type StoredExecution } from "@holdfast/core";

/** A store in memory that fails, or takes its time, when the test says so. */
export class MoodyStore extends MemoryStore {
  /** Whether every write fails. */
  isFull = false;
  /** Writes wait for it. */
  gate: Promise<void> = Promise.resolve();
  /** Transactions that were asked for, also those that failed. */
  writes = 0;

  override async write(changes: readonly StoreChange[]): Promise<void> {
    this.writes++;
    await this.gate;
    this.#refuse();
    await super.write(changes);
  }

  override async claim(execution: StoredExecution): Promise<StoredExecution | null> {
    this.#refuse();
    return super.claim(execution);
  }

  #refuse(): void {
    if (this.isFull)
      throw new HoldfastError({ code: "store_unavailable", message: "store: the disk is full" });
  }
}
