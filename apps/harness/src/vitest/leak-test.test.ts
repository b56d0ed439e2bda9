import { closeSync, openSync } from "node:fs";
import { afterAll, expect } from "vitest";
import { leakTest } from "./leak-test.ts";

const test = leakTest({ timeoutMs: 1 });
let left = -1;
afterAll(() => {
  if (left >= 0) closeSync(left);
});

test.fails("leakTest() fails a test that leaves something behind [R9.6]", () => {
  left = openSync("/dev/zero", "r");
});

test("leakTest() passes a test that cleans up, whatever was there before", () => {
  expect(left).toBeGreaterThan(0);
  closeSync(openSync("/dev/zero", "r"));
});
