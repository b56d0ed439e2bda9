import { expect, it } from "vitest";
import { RateLimit } from "./rate-limit.ts";

it("RateLimit.take() gives so many at once, and then one whenever its time has come [A68]", () => {
  const limit = new RateLimit(60, 0);
  for (let i = 0; i < 60; i++) expect(limit.take(0)).toBe(0);
  expect([limit.take(0), limit.take(400)]).toEqual([1_000, 600]);
  expect([limit.take(1_000), limit.take(1_000)]).toEqual([0, 1_000]);
});

it("RateLimit.take() saves up no more than its capacity", () => {
  const limit = new RateLimit(2, 0);
  expect([1, 2, 3].map(() => limit.take(86_400_000))).toEqual([0, 0, 30_000]);
});

it("RateLimit.waitMs() takes none", () => {
  const limit = new RateLimit(1, 0);
  expect([limit.waitMs(0), limit.waitMs(0), limit.take(0), limit.waitMs(0)]).toEqual([
    0, 0, 0, 60_000,
  ]);
});
