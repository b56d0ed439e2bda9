import { expect, it } from "vitest";
import type { VariableView } from "../http/views.ts";
import { marksOf } from "./variable-marks.ts";

const variable = (name: string, repr: string): VariableView => ({
  name,
  repr,
  type: "int",
  sizeBytes: 28,
  source: null,
});
const before = [variable("same", "1"), variable("box", "<Box>"), variable("n", "1")];
const after = [...before.slice(0, 2), variable("n", "2"), variable("m", "0")];

it("marksOf() marks what is new or looks different", () => {
  expect([...marksOf(before, after, null)]).toEqual([
    ["n", "changed"],
    ["m", "new"],
  ]);
});

it("marksOf() marks what only the runtime can tell, and nothing at first sight", () => {
  const changes = { added: [], changed: ["box"], removed: [] };
  expect(marksOf(before, after, changes).get("box")).toBe("changed");
  expect(marksOf(null, after, changes).size).toBe(0);
});
