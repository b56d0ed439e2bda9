import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { IdleClock } from "./idle-clock.ts";

const minute = 60_000;
const hour = 60 * minute;

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"], now: 10 * hour }));
afterEach(() => vi.useRealTimers());

/** Lets the clock stand somewhere else, and checks. */
function check(clock: IdleClock, changeMs: number, lastActivityAt = 7): number {
  vi.setSystemTime(Date.now() + changeMs);
  clock.check([{ id: "a", lastActivityAt }]);
  return clock.shift("a", lastActivityAt);
}

it("IdleClock adds nothing while time passes as it should, late checks included [R5.2]", () => {
  const clock = new IdleClock(1_000);
  for (const ms of [1_000, 1_500, 900, 20_000, 1_000]) expect(check(clock, ms)).toBe(0);
});

it("IdleClock adds what a clock jumped, forwards and back, so that nothing expires early or late [F31]", () => {
  const clock = new IdleClock(1_000);
  expect(check(clock, hour + 1_000)).toBe(hour);
  expect(check(clock, 1_000)).toBe(hour);
  expect(check(clock, 1_000 - 3 * hour)).toBe(-2 * hour);
  expect(check(clock, 1_000 + 2 * hour)).toBe(0);
});

it("IdleClock adds nothing to an activity that came after the jump, and nothing to one it does not know", () => {
  const clock = new IdleClock(1_000);
  expect(check(clock, hour)).not.toBe(0);
  expect([clock.shift("a", 8), clock.shift("b", 7)]).toEqual([0, 0]);
  clock.forget("a");
  expect(clock.shift("a", 7)).toBe(0);
});
