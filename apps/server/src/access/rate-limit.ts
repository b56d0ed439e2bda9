/**
 * A token bucket: so many at once, and so many a minute on the average. Times in milliseconds, of a clock that only goes
 * forward.
 */
export class RateLimit {
  readonly #capacity: number;
  readonly #perMs: number;
  #level: number;
  #at: number;

  /** @param perMinute also how many at once */
  constructor(perMinute: number, now: number) {
    this.#capacity = perMinute;
    this.#perMs = perMinute / 60_000;
    this.#level = perMinute;
    this.#at = now;
  }

  /** Takes one. Answers 0, or in how many milliseconds there will be one. */
  take(now: number): number {
    const waitMs = this.waitMs(now);
    if (waitMs === 0) this.#level -= 1;
    return waitMs;
  }

  /** In how many milliseconds there will be one; 0: there is one now. */
  waitMs(now: number): number {
    this.#level = Math.min(this.#capacity, this.#level + (now - this.#at) * this.#perMs);
    this.#at = now;
    return this.#level >= 1 ? 0 : Math.ceil((1 - this.#level) / this.#perMs);
  }
}
