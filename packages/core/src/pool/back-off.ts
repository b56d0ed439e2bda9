/** Bounds of {@link backOffMs}. */
export interface BackOffOptions {
  /** After the first failure. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * How long to wait after so many failures in a row: twice as long with each, and between half of that and all of it at
 * random, so that those who failed together do not try together.
 */
export function backOffMs(
  failures: number,
  { baseMs, maxMs, random = Math.random }: BackOffOptions,
): number {
  const whole = Math.min(maxMs, baseMs * 2 ** Math.max(0, failures - 1));
  return Math.round(whole * (0.5 + random() / 2));
}
