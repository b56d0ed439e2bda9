import { setTimeout as delay } from "node:timers/promises";
import { HoldfastError } from "@holdfast/core";

/** Bounds of {@link eventually}. */
export interface EventuallyOptions {
  /** Until the wait is given up, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
  /** Between two looks. @default 5: what it is used for, such as a look into /proc, takes well under a millisecond */
  readonly intervalMs?: number;
  /** What is waited for, for the message. */
  readonly what: string;
}

/**
 * Waits until `look` answers something else than `null`, `undefined` or `false`, and answers that. It polls, so it is
 * for states that tell nobody, such as the end of a process that is not ours; for all else wait for the event.
 * @throws HoldfastError `deadline_exceeded`
 */
export async function eventually<T>(
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  { timeoutMs = 5_000, intervalMs = 5, what }: EventuallyOptions,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() >= end) {
      throw new HoldfastError({
        code: "deadline_exceeded",
        message: `${what}: not within ${timeoutMs} ms`,
        details: { timeoutMs },
      });
    }
    await delay(intervalMs);
  }
}
