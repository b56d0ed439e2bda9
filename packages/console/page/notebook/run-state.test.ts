import { describe, expect, it } from "vitest";
import type { EventView, ExecutionView } from "../http/views.ts";
import { type RunState, isOver, newRun, runOf, withAnswer, withEvent } from "./run-state.ts";

const after = (events: readonly [EventView, string?][], start: RunState = newRun(false)) =>
  events.reduce((run, [event, text = ""]) => withEvent(run, event, text), start);

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
    const end = {
      status: "ok",
      exitCode: null,
      signal: null,
      durationMs: 1,
      sessionState: "kept",
      changes: null,
    };
    expect(after([[{ seq: 4, type: "completed", ...end }]], asking)).toMatchObject({
      ask: null,
      status: "ok",
      end,
    });
  });
});

describe("withAnswer()", () => {
  it("shows what was answered beside the question, never a secret [R2.5]", () => {
    const ask = (password: boolean) =>
      after([[{ seq: 3, type: "input_request", prompt: "? ", password }]]);
    expect(withAnswer(ask(false), 3, "ada").outputs).toEqual([
      { kind: "prompt", seq: 3, text: "? ", isSecret: false, answer: "ada" },
    ]);
    expect(JSON.stringify(withAnswer(ask(true), 3, "ada"))).not.toContain("ada");
    const next: EventView = { seq: 4, type: "input_request", prompt: "next? ", password: false };
    const asked = withAnswer(after([[next]], ask(false)), 3, "ada");
    expect(asked.ask).toMatchObject({ seq: 4 });
    expect(asked.outputs[0]).toMatchObject({ answer: "ada" });
  });
});

describe("runOf()", () => {
  const execution: ExecutionView = {
    id: "e",
    code: "1",
    background: false,
    status: "ok",
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
  };

  it("is whole where there is one stream, whose order is certain", () => {
    const run = runOf({ ...execution, stdout: "a", result: { repr: "1", mime: {} } });
    expect(isOver(run)).toBe(true);
    expect(run.outputs).toEqual([
      { kind: "stdout", text: "a", isCut: false },
      { kind: "result", text: "1" },
    ]);
  });

  it.each([
    ["two streams", { stdout: "a", stderr: "b" }],
    [
      "output and displays",
      { stdout: "a", displays: [{ mime: {}, displayId: null, update: false }] },
    ],
    ["output that was cut", { stdout: "a", truncated: true }],
    ["one that runs", { status: "running" }],
  ])("leaves %s to its events", (_, more) => {
    const run = runOf({ ...execution, ...more });
    expect([isOver(run), run.outputs]).toEqual([false, []]);
  });
});
