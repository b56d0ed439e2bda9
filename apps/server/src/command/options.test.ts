import { expect, it } from "vitest";
import {
  collectLabel,
  collectVariable,
  integerBetween,
  parseDuration,
  parseTimeout,
} from "./options.ts";

it.each([
  ["1500", 1_500],
  ["20ms", 20],
  ["1.5s", 1_500],
  ["2m", 120_000],
  ["3h", 10_800_000],
  ["2147483647", 2_147_483_647],
])("parseDuration(%j) is %i", (text, ms) => expect(parseDuration(text)).toBe(ms));

it.each(["", "0", "soon", "-1", "1 s", "1d", "2147483648", "1e3", "0x10"])(
  "parseDuration(%j) is refused",
  (text) => expect(() => parseDuration(text)).toThrow(`received ${JSON.stringify(text)}, allowed`),
);

it("parseTimeout() takes never", () => {
  expect(parseTimeout("never")).toBe("never");
  expect(parseTimeout("1s")).toBe(1_000);
});

it("integerBetween() has both ends in its range, and nothing beyond", () => {
  const parse = integerBetween(1, 10);
  expect([parse("1"), parse("10")]).toEqual([1, 10]);
  for (const text of ["0", "11", "1.5", "", "x"])
    expect(() => parse(text)).toThrow("a whole number from 1 to 10");
});

it("collectVariable() and collectLabel() add up, the last one wins", () => {
  expect(collectVariable("A=", collectVariable("B=1=2\n", { A: "x" }))).toEqual({
    A: "",
    B: "1=2\n",
  });
  expect(collectLabel("team name=a")).toEqual({ "team name": "a" });
  expect(() => collectVariable("1=2")).toThrow("allowed NAME=VALUE");
  expect(() => collectLabel("=2")).toThrow("allowed KEY=VALUE");
});
