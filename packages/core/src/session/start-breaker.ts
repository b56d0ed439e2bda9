import { HoldfastError } from "../errors/holdfast-error.ts";

const firstPauseMs = 500;
const longestPauseMs = 60_000;

/** What a {@link StartBreaker} is made of. */
export interface StartBreakerOptions {
  readonly sessionId: string;
  /** Starts in a row that may come to nothing before there is a pause. */
  readonly maxFailedStarts: number;
}

/**
 * Stops crash loops: when workers end again and again before they have done anything, the next start has to wait, twice
 * as long each time, from 0.5 s to 60 s.
 */
export class StartBreaker {
  readonly #options: StartBreakerOptions;
  #failed = 0;
  #closedUntil = 0;

  constructor(options: StartBreakerOptions) {
    this.#options = options;
  }

  /** @throws HoldfastError `worker_start_failed` with `retryAfterMs`, while there is a pause */
  check(now: number): void {
    const retryAfterMs = Math.ceil(this.#closedUntil - now);
    if (retryAfterMs <= 0) return;
    const { sessionId } = this.#options;
    throw new HoldfastError({
      code: "worker_start_failed",
      message: `worker of session ${sessionId}: ${this.#failed} starts in a row came to nothing, the next may be in ${retryAfterMs} ms`,
      details: { sessionId, failedStarts: this.#failed, retryAfterMs },
    });
  }

  /** A worker could not be started, or ended before it did anything. */
  failed(now: number): void {
    const excess = ++this.#failed - this.#options.maxFailedStarts;
    if (excess < 0) return;
    this.#closedUntil = now + Math.min(firstPauseMs * 2 ** excess, longestPauseMs);
  }

  /** A worker did something. */
  succeeded(): void {
    this.#failed = 0;
    this.#closedUntil = 0;
  }
}
