import { expect, it } from "vitest";
import { exitCodeOf } from "./exit-code.ts";

it.each([
  ["ok", 0, null, 0],
  ["ok", null, null, 0],
  ["ok", 3, null, 3],
  ["error", null, null, 1],
  ["error", 4, null, 4],
  ["lost", 42, null, 42],
  ["lost", null, "SIGKILL", 137],
  ["lost", null, null, 1],
  ["timeout", null, "SIGKILL", 124],
  ["interrupted", 0, null, 130],
] as const)("exitCodeOf() %s, code %s, signal %s is %i", (status, exitCode, signal, wanted) => {
  expect(exitCodeOf({ status, exitCode, signal })).toBe(wanted);
});
