/** How much more than its interval may lie between two checks before the clock is taken to have been set. */
const toleranceMs = 30_000;

/**
 * Tells a clock that was set, or a machine that slept, from time that passed: between two checks lies about their
 * interval. What lies beyond that is added to the deadlines of those who did nothing meanwhile.
 */
export class IdleClock {
  readonly #intervalMs: number;
  #checkedAt = Date.now();
  /** By id: how much is added for as long as the last activity is that one. */
  readonly #shifts = new Map<string, { readonly lastActivityAt: number; readonly ms: number }>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** To be called once an interval, with all that have a deadline. */
  check(idle: Iterable<{ readonly id: string; readonly lastActivityAt: number }>): void {
    const now = Date.now();
    const excess = now - this.#checkedAt - this.#intervalMs;
    this.#checkedAt = now;
    if (excess <= toleranceMs && excess >= -this.#intervalMs - toleranceMs) return;
    for (const { id, lastActivityAt } of idle)
      this.#shifts.set(id, { lastActivityAt, ms: this.shift(id, lastActivityAt) + excess });
  }

  /** What is to be added to the deadline of one that was last active then. */
  shift(id: string, lastActivityAt: number): number {
    const shift = this.#shifts.get(id);
    return shift?.lastActivityAt === lastActivityAt ? shift.ms : 0;
  }

  forget(id: string): void {
    this.#shifts.delete(id);
  }
}
