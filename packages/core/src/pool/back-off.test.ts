import { expect, it } from "vitest";
import { backOffMs } from "./back-off.ts";

it("backOffMs() doubles up to its bound, and spreads the upper half of that [F43] [R3.5]", () => {
  const waits = (random: number) =>
    [1, 2, 3, 4, 5, 2000].map((failures) =>
      backOffMs(failures, { baseMs: 100, maxMs: 1_000, random: () => random }),
    );
  expect(waits(1)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(waits(0)).toEqual([50, 100, 200, 400, 500, 500]);
});
