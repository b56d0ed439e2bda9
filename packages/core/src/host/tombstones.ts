/** Why a session is gone. */
export type TombstoneReason = "closed" | "expired";

interface Tombstone {
  readonly reason: TombstoneReason;
  readonly at: number;
}

const maxTombstones = 100_000;

/** Remembers for a while that sessions were there: "gone" is another answer than "never was". */
export class Tombstones {
  readonly #keepMs: number;
  readonly #stones = new Map<string, Tombstone>();

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  add(id: string, reason: TombstoneReason, now: number): void {
    this.#stones.delete(id);
    this.#stones.set(id, { reason, at: now });
    // Oldest first, so this stops at the first that stays.
    for (const [oldest, { at }] of this.#stones) {
      if (now - at < this.#keepMs && this.#stones.size <= maxTombstones) break;
      this.#stones.delete(oldest);
    }
  }

  /** Why that session is gone, `null` when it never was or is long forgotten. */
  find(id: string, now: number): TombstoneReason | null {
    const stone = this.#stones.get(id);
    return stone !== undefined && now - stone.at < this.#keepMs ? stone.reason : null;
  }

  delete(id: string): void {
    this.#stones.delete(id);
  }
}
