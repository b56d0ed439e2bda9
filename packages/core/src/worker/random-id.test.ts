import { expect, it } from "vitest";
import { randomHex, randomId } from "./random-id.ts";

it("random ids are of the length that is asked for, and none comes twice", () => {
  const ids = Array.from({ length: 10_000 }, () => randomId());
  expect(new Set(ids).size).toBe(10_000);
  expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id) && !/^0{8}|0{8}$/.test(id))).toBe(true);
  expect([6, 4096].map((count) => randomHex(count).length)).toEqual([12, 8192]);
});
