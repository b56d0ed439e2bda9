import { expect, it } from "vitest";
import { backOff } from "./back-off.ts";

const retry = { requests: 3, reconnects: 10, minDelayMs: 100, maxDelayMs: 5_000 };

it.each([
  [0, 100],
  [1, 200],
  [5, 3_200],
  [6, 5_000],
  [2_000, 5_000],
])("backOff() of attempt %i is between half of %i ms and that", (attempt, fullMs) => {
  for (let i = 0; i < 100; i++) {
    const ms = backOff(attempt, retry);
    expect(ms).toBeLessThanOrEqual(fullMs);
    expect(ms).toBeGreaterThanOrEqual(fullMs / 2);
  }
});
