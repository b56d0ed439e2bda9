import type { RetryOptions } from "../client-options.ts";

/** How long to wait before the next attempt: doubled with each, and up to half of it at random, so that clients do not come in step. */
export function backOff(attempt: number, { minDelayMs, maxDelayMs }: RetryOptions): number {
  const full = Math.min(maxDelayMs, minDelayMs * 2 ** attempt);
  return full * (1 - Math.random() / 2);
}
