import { expect, test } from "vitest";
import { type ProcessStat, parseStat } from "../telemetry/proc-files.ts";
import { isInTreeOf } from "./told-process.ts";

const guard = 10;

/** Processes by their parents; those that are not there have ended. */
function table(parents: Readonly<Record<number, number>>): (pid: number) => ProcessStat | null {
  return (pid) => {
    const parent = parents[pid];
    return parent === undefined ? null : parseStat(`${pid} (x) S ${parent}${" 0".repeat(40)}`);
  };
}

test.each([
  ["a child", { 20: guard, 10: 1 }, 20, true],
  ["a grandchild", { 30: 20, 20: guard, 10: 1 }, 30, true],
  ["a process of somebody else's", { 30: 5, 5: 1, 10: 1 }, 30, false],
  ["the guard itself", { 10: 1 }, guard, false],
  ["one that has ended", { 10: 1 }, 30, false],
  ["one below a parent that is never there", { 30: 20, 10: 1 }, 30, false],
  ["the first process", {}, 1, false],
])("isInTreeOf() of %s [A28]", (_, parents, told, expected) => {
  expect(isInTreeOf(guard, told, table(parents))).toBe(expected);
});

test("isInTreeOf() looks again when a parent on the way has ended meanwhile [A28]", () => {
  const before = table({ 30: 20, 10: 1 });
  const after = table({ 30: guard, 10: 1 });
  let reads = 0;
  expect(isInTreeOf(guard, 30, (pid) => (reads++ < 2 ? before(pid) : after(pid)))).toBe(true);
});
