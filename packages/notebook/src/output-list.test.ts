import { describe, expect, it } from "vitest";
import type { CodeCell, Output } from "./notebook.ts";
import { type DisplayPlaces, OutputList } from "./output-list.ts";

function newCell(): CodeCell {
  return { cell_type: "code", metadata: {}, source: "", outputs: [], execution_count: null };
}

function stream(name: string, text: string): Output {
  return { output_type: "stream", name, text };
}

function display(text: string): Output {
  return { output_type: "display_data", data: { "text/plain": text }, metadata: {} };
}

function add(list: OutputList, output: Output, displayId: string | null = null): void {
  list.take({ type: "output", output, displayId });
}

describe("OutputList", () => {
  it("joins what follows on the same stream, and nothing else", () => {
    const cell = newCell();
    const list = new OutputList(cell, new Map());
    for (const text of ["a", "b\r", "c\b"]) add(list, stream("stdout", text));
    add(list, stream("stderr", "e"));
    add(list, stream("stdout", "d"));
    add(list, display("x"));
    add(list, stream("stdout", "f"));
    expect(cell.outputs).toEqual([
      stream("stdout", "ab\rc\b"),
      stream("stderr", "e"),
      stream("stdout", "d"),
      display("x"),
      stream("stdout", "f"),
    ]);
  });

  it("begins without the outputs of the last run", () => {
    const cell = newCell();
    cell.outputs = [stream("stdout", "old")];
    expect(new OutputList(cell, new Map())).toBeDefined();
    expect(cell.outputs).toEqual([]);
  });

  it("updates a display wherever it stands, also in a cell that ran before", () => {
    const places: DisplayPlaces = new Map();
    const [first, second] = [newCell(), newCell()];
    const before = new OutputList(first, places);
    add(before, display("1"), "a");
    add(before, display("other"), "b");
    const list = new OutputList(second, places);
    add(list, display("2"), "a");
    expect(first.outputs).toEqual([display("2"), display("other")]);
    list.take({ type: "update", displayId: "a", data: { "text/plain": "3" }, metadata: {} });
    list.take({ type: "update", displayId: "none", data: {}, metadata: {} });
    expect(first.outputs).toEqual([display("3"), display("other")]);
    expect(second.outputs).toEqual([display("3")]);
  });

  it("clears at once, or when the next output comes", () => {
    const cell = newCell();
    const list = new OutputList(cell, new Map());
    add(list, stream("stdout", "1"));
    list.take({ type: "clear", wait: true });
    expect(cell.outputs).toEqual([stream("stdout", "1")]);
    add(list, stream("stdout", "2"));
    expect(cell.outputs).toEqual([stream("stdout", "2")]);
    list.take({ type: "clear", wait: false });
    expect(cell.outputs).toEqual([]);
  });

  it("does not update a display that was cleared", () => {
    const places: DisplayPlaces = new Map();
    const cell = newCell();
    const list = new OutputList(cell, places);
    const shown = display("1");
    add(list, shown, "a");
    list.take({ type: "clear", wait: false });
    list.take({ type: "update", displayId: "a", data: { "text/plain": "2" }, metadata: {} });
    expect(shown).toEqual(display("1"));
  });
});
