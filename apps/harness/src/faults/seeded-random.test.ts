import { expect, onTestFinished, test, vi } from "vitest";
import { randomOfThisRun, seededRandom } from "./seeded-random.ts";

test("seededRandom() gives the same for the same seed, and other numbers for another", () => {
  const series = (seed: number) => {
    const random = seededRandom(seed);
    return [
      random.next(),
      random.integer(0, 1_000_000),
      random.pick("abcdefgh".split("")),
      random.bytes(8),
    ];
  };
  expect(series(7)).toEqual(series(7));
  expect(series(7)).not.toEqual(series(8));
});

test("SeededRandom.integer() reaches both ends and nothing beyond", () => {
  const random = seededRandom(1);
  const seen = new Set(Array.from({ length: 1_000 }, () => random.integer(-1, 2)));
  expect(seen).toEqual(new Set([-1, 0, 1, 2]));
});

test("SeededRandom.pick() refuses to pick from nothing", () => {
  expect(() => seededRandom(1).pick([])).toThrow(RangeError);
});

test("randomOfThisRun() tells its seed, and HOLDFAST_SEED repeats it", () => {
  const told = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => {
    told.mockRestore();
    vi.unstubAllEnvs();
  });
  vi.stubEnv("HOLDFAST_SEED", undefined);
  const first = randomOfThisRun("suite");
  expect(told).toHaveBeenLastCalledWith(`suite: HOLDFAST_SEED=${first.seed}`);
  vi.stubEnv("HOLDFAST_SEED", String(first.seed));
  const again = randomOfThisRun("suite");
  expect([again.seed, again.next()]).toEqual([first.seed, first.next()]);
  vi.stubEnv("HOLDFAST_SEED", "x");
  expect(() => randomOfThisRun("suite")).toThrow('received "x"');
});
