import { describe, expect, it } from "vitest";
import type { EventView } from "./api.ts";
import { type CellState, newCell, withEvent } from "./cell-state.ts";

const after = (
  events: readonly [EventView, string?][],
  start: CellState = newCell("k", "code", false),
) => events.reduce((cell, [event, text = ""]) => withEvent(cell, event, text), start);

const display = (
  seq: number,
  text: string,
  displayId: string | null,
  update: boolean,
): [EventView] => [{ seq, type: "display", mime: { "text/plain": text }, displayId, update }];

describe("withEvent()", () => {
  it("joins output of one stream and keeps the order of the streams [R1.6]", () => {
    const { outputs, status, executionId } = after([
      [{ seq: 1, type: "started", executionId: "e" }],
      [{ seq: 2, type: "stdout" }, "a"],
      [{ seq: 3, type: "stdout" }, "b"],
      [{ seq: 4, type: "stderr" }, "c"],
      [{ seq: 5, type: "stdout" }, "d"],
    ]);
    expect([status, executionId]).toEqual(["running", "e"]);
    expect(outputs).toEqual([
      { kind: "stdout", text: "ab", isCut: false },
      { kind: "stderr", text: "c", isCut: false },
      { kind: "stdout", text: "d", isCut: false },
    ]);
  });

  it("bounds what it holds of a flood, and says so [F19]", () => {
    const flood = after([
      [{ seq: 1, type: "stdout" }, "x".repeat(299_999)],
      [{ seq: 2, type: "stdout" }, "yz"],
    ]);
    expect(flood.outputs).toEqual([
      { kind: "stdout", text: `${"x".repeat(299_998)}yz`, isCut: true },
    ]);
    const many = after(
      Array.from({ length: 2_000 }, (_, index): [EventView, string] => [
        { seq: index, type: index % 2 === 0 ? "stdout" : "stderr" },
        "x",
      ]),
    );
    expect(many.outputs).toHaveLength(500);
    expect(many.outputs[0]).toEqual({ kind: "note", text: "earlier output is not shown" });
  });

  it("puts an update in the place of the display that it names", () => {
    const { outputs } = after([
      display(1, "one", "a", false),
      display(2, "two", null, false),
      display(3, "new one", "a", true),
      display(4, "of nothing", "b", true),
    ]);
    expect(outputs.map((one) => one.kind === "rich" && one.mime["text/plain"])).toEqual([
      "new one",
      "two",
      "of nothing",
    ]);
  });

  it("asks until it is answered or over [R2.5]", () => {
    const asking = after([[{ seq: 3, type: "input_request", prompt: "? ", password: true }]]);
    expect(asking.ask).toEqual({ seq: 3, prompt: "? ", isPassword: true });
    const end = { status: "ok", exitCode: null, signal: null, durationMs: 1, sessionState: "kept" };
    expect(after([[{ seq: 4, type: "completed", ...end }]], asking)).toMatchObject({
      ask: null,
      status: "ok",
      end,
    });
  });
});
