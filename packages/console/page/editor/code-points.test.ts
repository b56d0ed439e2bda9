import { expect, it } from "vitest";
import { codePointsBefore, indexOfCodePoint } from "./code-points.ts";

it.each([
  ["plain", 3, 3],
  ["🎈 = 1", 2, 1],
  ["'🎈🎈'.up", 9, 7],
])("codePointsBefore() and indexOfCodePoint() of %s agree", (text, index, codePoints) => {
  expect(codePointsBefore(text, index)).toBe(codePoints);
  expect(indexOfCodePoint(text, codePoints)).toBe(index);
});
