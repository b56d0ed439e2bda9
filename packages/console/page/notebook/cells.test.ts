import { describe, expect, it } from "vitest";
import type { ExecutionView } from "../http/views.ts";
import {
  type Cell,
  cellsOf,
  layoutOf,
  newCell,
  nextToRun,
  withExecutions,
  withMoved,
  withRoom,
  withoutWaiting,
} from "./cells.ts";
import { newRun } from "./run-state.ts";

const execution = (id: string, code = id, status = "ok"): ExecutionView => ({
  id,
  code,
  background: false,
  status,
  exitCode: null,
  signal: null,
  durationMs: 1,
  sessionState: "kept",
  changes: null,
  stdout: "",
  stderr: "",
  truncated: false,
  startedAt: null,
  result: null,
  displays: [],
  error: null,
});
const running = (key: string, isBackground = false): Cell => ({
  ...newCell(key, key),
  run: { ...newRun(isBackground), status: "running" },
});
const waiting = (key: string): Cell => ({ ...newCell(key, key), isWaiting: true });
const keys = (cells: readonly Cell[]) => cells.map(({ key }) => key);
const keyOf = () => "room";

describe("withExecutions()", () => {
  it("puts what others ran before the cell that is being written in", () => {
    const cells = withExecutions(withRoom([], keyOf), [execution("a"), execution("b")], new Set());
    expect(keys(cells)).toEqual(["a", "b", "room"]);
    expect(cells[0]?.run?.end?.status).toBe("ok");
  });

  it("gives no second place to one that had its place, also when its cell is gone", () => {
    const cells = withExecutions([], [execution("gone"), execution("new")], new Set(["gone"]));
    expect(keys(cells)).toEqual(["new"]);
  });

  it("leaves a run that is followed as it is", () => {
    const [mine] = [{ ...running("k"), run: { ...newRun(false), executionId: "a" } }];
    expect(withExecutions([mine], [execution("a")], new Set(["a"]))[0]).toBe(mine);
  });
});

describe("layoutOf()", () => {
  it("brings cells back with the code as it was changed, and their runs", () => {
    const shown = withExecutions([], [execution("a"), execution("b")], new Set());
    const changed = shown.map((cell) => (cell.key === "a" ? { ...cell, code: "draft" } : cell));
    const layout = layoutOf(withRoom(changed, keyOf), new Set(["a", "b", "c"]));
    const again = withExecutions(
      cellsOf(layout, keyOf),
      [execution("a"), execution("b"), execution("c")],
      new Set(layout.known),
    );
    expect(again.map(({ code, run }) => [code, run?.executionId])).toEqual([
      ["draft", "a"],
      ["b", "b"],
    ]);
  });
});

describe("nextToRun()", () => {
  it.each([
    ["the first that waits", [newCell("a", "1"), waiting("b"), waiting("c")], "b"],
    ["none while one runs", [running("a"), waiting("b")], undefined],
    ["one beside what runs in the background", [running("a", true), waiting("b")], "b"],
    ["none where none waits", [newCell("a", "1")], undefined],
  ])("is %s", (_, cells, key) => {
    expect(nextToRun(cells)?.key).toBe(key);
    expect(nextToRun(withoutWaiting(cells))).toBeNull();
  });
});

it("withMoved() moves a cell as far as there are places", () => {
  const cells = ["a", "b", "c"].map((key) => newCell(key));
  expect(keys(withMoved(cells, "a", 1))).toEqual(["b", "a", "c"]);
  expect(keys(withMoved(cells, "b", 9))).toEqual(["a", "c", "b"]);
  expect(withMoved(cells, "a", -1)).toBe(cells);
  expect(withMoved(cells, "x", 1)).toBe(cells);
});
