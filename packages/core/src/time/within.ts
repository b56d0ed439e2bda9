import { HoldfastError } from "../errors/holdfast-error.ts";

/** Bounds of a wait. */
export interface WithinOptions {
  /** Milliseconds, or `null` for no bound. */
  readonly timeoutMs: number | null;
  readonly signal?: AbortSignal;
  /** What is waited for, for the message. */
  readonly what: string;
}

/**
 * Waits for a promise no longer than a bound. Only the wait stops, not the work behind the promise.
 * @throws HoldfastError `deadline_exceeded` or `cancelled`
 */
export async function within<T>(promise: Promise<T>, options: WithinOptions): Promise<T> {
  const { timeoutMs, signal, what } = options;
  const bound = Promise.withResolvers<never>();
  const aborted = () =>
    bound.reject(
      new HoldfastError({
        code: "cancelled",
        message: `${what}: cancelled by the caller`,
        cause: signal?.reason,
      }),
    );
  const timer =
    timeoutMs === null
      ? undefined
      : setTimeout(
          () =>
            bound.reject(
              new HoldfastError({
                code: "deadline_exceeded",
                message: `${what}: not within ${timeoutMs} ms`,
                details: { timeoutMs },
              }),
            ),
          timeoutMs,
        );
  if (signal?.aborted) aborted();
  signal?.addEventListener("abort", aborted, { once: true });
  try {
    return await Promise.race([promise, bound.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", aborted);
  }
}
