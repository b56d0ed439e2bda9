import { expect, it } from "vitest";
import { age, bytes, duration, shortId } from "./format.ts";

it.each([
  [0, "0 B"],
  [1_000, "1.0 KB"],
  [10_239, "10 KB"],
  [1_048_576, "1.0 MB"],
  [3 * 1_024 ** 3, "3.0 GB"],
])("bytes(%i) is %s", (size, text) => expect(bytes(size)).toBe(text));

it.each([
  [0.4, "0 ms"],
  [1_234, "1.2 s"],
  [119_999, "1 min 59 s"],
])("duration(%i) is %s", (ms, text) => expect(duration(ms)).toBe(text));

it.each([
  [59, "now"],
  [60, "1 min"],
  [7_200, "2 h"],
  [200_000, "2 d"],
  [-5, "now"],
])("age() after %i seconds is %s", (seconds, text) => {
  const time = "2026-01-01T00:00:00Z";
  expect(age(time, Date.parse(time) + seconds * 1_000)).toBe(text);
});

it("shortId() cuts ids that nobody chose", () => {
  expect(shortId("d702f698-222f-43d6-8cee-d8ff47ba4341")).toBe("d702f698");
  expect(shortId("my-analysis")).toBe("my-analysis");
});
