import { expect, it } from "vitest";
import { StartBreaker } from "./start-breaker.ts";

it("StartBreaker lets starts fail a few times, then makes them wait twice as long each time [F43]", () => {
  const breaker = new StartBreaker({ sessionId: "s", maxFailedStarts: 3 });
  const isOpen = (now: number) => {
    try {
      breaker.check(now);
      return true;
    } catch {
      return false;
    }
  };
  breaker.failed(0);
  breaker.failed(0);
  expect(isOpen(0)).toBe(true);
  const pauses = Array.from({ length: 9 }, () => {
    breaker.failed(0);
    let pause = 0;
    while (!isOpen(pause)) pause += 500;
    return pause;
  });
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  breaker.succeeded();
  expect(isOpen(0)).toBe(true);
});

it("StartBreaker names what is the matter and when to come again [R5.4]", () => {
  const breaker = new StartBreaker({ sessionId: "s1", maxFailedStarts: 1 });
  breaker.failed(1_000);
  expect(() => breaker.check(1_200)).toThrow(
    expect.objectContaining({
      code: "worker_start_failed",
      details: { sessionId: "s1", failedStarts: 1, retryAfterMs: 300 },
    }),
  );
});
