import { HoldfastError } from "../errors/holdfast-error.ts";

/** What can end an acquisition before it has what it wants: its time, its caller, the pool. */
export class AcquireBound {
  readonly #abort = new AbortController();
  readonly #what: string;
  readonly #caller: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly timeoutMs: number | null;
    readonly signal: AbortSignal | undefined;
    readonly what: string;
  }) {
    const { timeoutMs, signal, what } = options;
    this.#what = what;
    this.#caller = signal;
    if (timeoutMs !== null)
      this.#timer = setTimeout(
        () => this.end("deadline_exceeded", `not within ${timeoutMs} ms`, { timeoutMs }),
        timeoutMs,
      );
    signal?.addEventListener("abort", this.#cancel, { once: true });
    if (signal?.aborted === true) this.#cancel();
  }

  /** Aborts when one of them has come. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Its time matters no more. */
  disarmTimer(): void {
    clearTimeout(this.#timer);
  }

  /** Nothing of it matters any more. */
  disarm(): void {
    this.disarmTimer();
    this.#caller?.removeEventListener("abort", this.#cancel);
  }

  end(
    code: "deadline_exceeded" | "cancelled" | "shutting_down",
    why: string,
    details: Readonly<Record<string, unknown>> = {},
  ): void {
    const cause: unknown = code === "cancelled" ? this.#caller?.reason : undefined;
    this.disarm();
    this.#abort.abort(
      new HoldfastError({ code, message: `${this.#what}: ${why}`, details, cause }),
    );
  }

  /** Waits for a promise until the end comes. @throws HoldfastError what ended it */
  async race<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this;
    const ended = Promise.withResolvers<never>();
    const end = () => ended.reject(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    try {
      return await Promise.race([promise, ended.promise]);
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  readonly #cancel = (): void => this.end("cancelled", "cancelled by the caller");
}
