import { expect, it } from "vitest";
import { firstLine, formatAge, formatBytes, formatDuration } from "./format.ts";

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [5_242_880, "5.0 MiB"],
  [150 * 1024 ** 3, "150 GiB"],
])("formatBytes(%i) is %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [0.44, "0.4 ms"],
  [12.3, "12 ms"],
  [999.7, "1.0 s"],
  [1_234, "1.2 s"],
  [59_990, "1m 0s"],
  [250_000, "4m 10s"],
  [7_500_000, "2h 5m"],
  [90_000_000, "1d 1h"],
])("formatDuration(%d) is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

it.each([
  [0, "0s"],
  [59, "59s"],
  [61, "1m"],
  [7_300, "2h"],
  [200_000, "2d"],
])("formatAge() %i s ago is %s", (seconds, text) => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  expect(formatAge(new Date(now - seconds * 1000).toISOString(), now)).toBe(text);
});

it("firstLine() shortens, and says so", () => {
  expect(firstLine("\nx = 1\n", 10)).toBe("x = 1");
  expect(firstLine("def f():\n  pass", 10)).toBe("def f():…");
  expect(firstLine("a".repeat(20), 10)).toBe(`${"a".repeat(9)}…`);
  expect(firstLine("a\u001b[2Jb", 10)).toBe("a [2Jb");
});
