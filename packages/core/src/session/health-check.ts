import type { Heartbeat } from "../worker/heartbeat.ts";
import type { Worker } from "../worker/worker.ts";

/** What a {@link HealthCheck} is made of. Times in milliseconds. */
export interface HealthCheckOptions {
  readonly intervalMs: number;
  /** After which time without an answer the worker is given up. */
  readonly timeoutMs: number;
  /** Every answer. */
  readonly onHeartbeat: (heartbeat: Heartbeat) => void;
  /** Called once, when the worker did not answer in time. */
  readonly onUnresponsive: () => void;
}

/** Asks a worker from time to time whether it is there, also while code runs in it. For workers that can be asked. */
export class HealthCheck {
  readonly #worker: Worker;
  readonly #options: HealthCheckOptions;
  readonly #timer: NodeJS.Timeout;
  /** Intervals that the question has been open for; not the clock, which goes on while the machine sleeps. */
  #missed: number | null = null;

  constructor(worker: Worker, options: HealthCheckOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (this.#missed === null) {
      this.#missed = 0;
      this.#worker.ping?.().then(
        (heartbeat) => {
          this.#missed = null;
          this.#options.onHeartbeat(heartbeat);
        },
        () => {}, // none: the next ticks tell
      );
      return;
    }
    const { intervalMs, timeoutMs, onUnresponsive } = this.#options;
    if (++this.#missed * intervalMs < timeoutMs) return;
    this.stop();
    onUnresponsive();
  }
}
