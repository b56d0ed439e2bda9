/** Options of a {@link WarmUpThrottle}. */
export interface WarmUpThrottleOptions {
  /** Executions that run at the moment. */
  readonly running: () => number;
  /** How busy the machine is, 0 to 1. */
  readonly pressure: () => number;
  /** Above this, running executions go first. */
  readonly maxPressure: number;
  /** A warm-up start waits for them no longer than this. */
  readonly maxYieldMs: number;
  readonly now: () => number;
}

// Between two looks: shorter than a start takes, longer than a look costs.
const lookAgainMs = 20;

// A start holds up the few commands that meet its forks and our own part in it. For the 99th percentile of commands of 0.2 ms to
// stay what it is, there must be hundreds of them for each start; and a start that takes long is felt all the time.
const restFactor = 9;
const minRestMs = 100;

/**
 * Says when the next warm-up start may begin. While nothing runs: at once. While executions run: when the machine is not
 * busy, and so long after the last start that warm-up takes a tenth of the time at most.
 */
export class WarmUpThrottle {
  readonly #options: WarmUpThrottleOptions;
  #timer: NodeJS.Timeout | undefined;
  #restUntil = 0;

  constructor(options: WarmUpThrottleOptions) {
    this.#options = options;
  }

  /** Tells how long a start took, as it ends. */
  started(tookMs: number): void {
    this.#restUntil = this.#options.now() + Math.max(minRestMs, restFactor * tookMs);
  }

  /** Calls `go` when a start may begin, never before it has returned. One at a time. */
  plan(go: () => void): void {
    const { running, pressure, maxPressure, maxYieldMs, now } = this.#options;
    const since = now();
    const look = () => {
      const isOver = now() - since >= maxYieldMs;
      const isQuiet = now() >= this.#restUntil && pressure() <= maxPressure;
      if (isOver || running() === 0 || isQuiet) go();
      else this.#timer = setTimeout(look, Math.min(lookAgainMs, maxYieldMs));
    };
    this.#timer = setTimeout(look, 0);
  }

  /** Forgets what was planned. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
