import type { SessionAccess } from "./host-options.ts";

/** Why a session is gone. */
export type TombstoneReason = "closed" | "expired";

/** That a session was there. */
export interface Tombstone {
  readonly reason: TombstoneReason;
  readonly at: number;
  readonly owner: string | null;
}

const maxTombstones = 100_000;

/** Remembers for a while that sessions were there: "gone" is another answer than "never was". */
export class Tombstones {
  readonly #keepMs: number;
  readonly #stones = new Map<string, Tombstone>();

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  add(id: string, stone: Tombstone): void {
    const now = stone.at;
    this.#stones.delete(id);
    this.#stones.set(id, stone);
    // Oldest first, so this stops at the first that stays.
    for (const [oldest, { at }] of this.#stones) {
      if (now - at < this.#keepMs && this.#stones.size <= maxTombstones) break;
      this.#stones.delete(oldest);
    }
  }

  /** Why that session is gone, `null` when it never was, is long forgotten, or was somebody else's. */
  find(id: string, now: number, { owner }: SessionAccess = {}): TombstoneReason | null {
    const stone = this.#stones.get(id);
    if (stone === undefined || now - stone.at >= this.#keepMs) return null;
    return owner === undefined || owner === stone.owner ? stone.reason : null;
  }

  delete(id: string): void {
    this.#stones.delete(id);
  }
}
