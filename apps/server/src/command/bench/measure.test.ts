import { expect, it } from "vitest";
import { figureOf } from "./measure.ts";

it("figureOf() takes the upper end of times, and the lower one of rates", () => {
  const samples = Array.from({ length: 100 }, (_, at) => at + 1);
  expect(figureOf("a", "ms", samples)).toMatchObject({ median: 50, p95: 95, worst: 100 });
  expect(figureOf("a", "MB/s", samples)).toMatchObject({ median: 51, p95: 6, worst: 1 });
  expect(figureOf("a", "ms", [7])).toMatchObject({ median: 7, p95: 7, worst: 7, rounds: 1 });
});
