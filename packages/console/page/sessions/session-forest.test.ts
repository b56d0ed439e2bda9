import { expect, it } from "vitest";
import type { SessionView } from "../http/views.ts";
import { forestOf } from "./session-forest.ts";

const session = (id: string, parentId: string | null = null, runtime = "bash"): SessionView => ({
  id,
  runtime,
  parentId,
  state: "idle",
  pid: 1,
  createdAt: "2026-01-01T00:00:00Z",
  restarts: 0,
  executionCount: 0,
});
const sessions = [
  session("a"),
  session("b", null, "python"),
  session("a1", "a"),
  session("orphan", "gone"),
  session("a2", "a1"),
];
const lines = (wanted?: string) =>
  forestOf(sessions, wanted).map(
    ({ session: { id }, depth, isContext }) => `${"-".repeat(depth)}${id}${isContext ? "?" : ""}`,
  );

it("forestOf() puts forks under what they were forked from; one whose origin is gone is a root", () => {
  expect(lines()).toEqual(["a", "-a1", "--a2", "b", "orphan"]);
});

it("forestOf() finds by all words, and shows what the found ones were forked from", () => {
  expect(lines("a2")).toEqual(["a?", "-a1?", "--a2"]);
  expect(lines("PYTHON idle")).toEqual(["b"]);
  expect(lines("none")).toEqual([]);
});
