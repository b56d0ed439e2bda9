import type { ExecutionEvent } from "@holdfast/client";

// A question that was answered is followed at once by what comes next.
const unansweredMs = 100;
// What is there already comes at once, too, and is not cut off when there was no time to wait.
const quietMs = 25;
const graceMs = 500;

/**
 * When to stop waiting for the events of an execution: after a time, but not while those that are there already still come in;
 * and sooner when the code asks for input. Dispose of it when the wait is over.
 */
export class Patience implements Disposable {
  readonly #enough = new AbortController();
  readonly #deadline: number;
  #lastAt: number | null = null;
  #isAsked = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(waitMs: number) {
    this.#deadline = performance.now() + waitMs;
    this.#arm();
  }

  /** Aborted when it is over. */
  get signal(): AbortSignal {
    return this.#enough.signal;
  }

  saw(event: ExecutionEvent): void {
    const isFirst = this.#lastAt === null;
    this.#lastAt = performance.now();
    this.#isAsked = event.type === "input_request";
    if (isFirst || this.#isAsked) this.#arm(); // the end has come nearer; if it goes away, the timer sees that
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const wait = Math.max(1, Math.ceil(this.#end() - performance.now()));
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  #look(): void {
    if (performance.now() >= this.#end()) this.#enough.abort();
    else this.#arm();
  }

  /** When it is over if nothing more comes. */
  #end(): number {
    const last = this.#deadline + graceMs;
    if (this.#lastAt === null) return last;
    if (this.#isAsked) return Math.min(this.#lastAt + unansweredMs, last);
    return Math.min(Math.max(this.#deadline, this.#lastAt + quietMs), last);
  }
}
