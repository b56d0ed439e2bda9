import { describe, expect, it } from "vitest";
import type { Checkpoint } from "./checkpoint.ts";
import { toPrune } from "./retention.ts";

const none = {
  maxPerSession: null,
  maxTotalBytes: null,
  maxBytesPerOwner: null,
  maxAgeMs: null,
};

/** `a3` is the third of session `a`; `a3!` has a name. All have 10 bytes, and are as old as their place in the list. */
function checkpoints(...ids: readonly string[]): readonly Checkpoint[] {
  return ids.map((id, at) => ({
    id,
    sessionId: id.slice(0, 1),
    runtime: "python",
    runtimeVersion: "3",
    name: id.endsWith("!") ? "kept" : null,
    owner: null,
    createdAt: at,
    sequence: at,
    format: "",
    sizeBytes: 10,
    skipped: [],
  }));
}

function of(owner: string | null, ...ids: readonly string[]): readonly Checkpoint[] {
  return checkpoints(...ids).map((one) => ({ ...one, owner }));
}

describe("toPrune()", () => {
  it.each([
    ["nothing without bounds", ["a1", "a2", "b1"], none, []],
    ["the oldest of each session", ["a1", "a2", "b1", "a3"], { ...none, maxPerSession: 2 }, ["a1"]],
    ["no named one by number", ["a1!", "a2!", "a3", "a4"], { ...none, maxPerSession: 1 }, ["a3"]],
    ["the old ones", ["a1", "b1", "a2!", "b2"], { ...none, maxAgeMs: 98 }, ["a1", "b1"]],
    ["the oldest by size", ["a1", "a2", "b1", "b2"], { ...none, maxTotalBytes: 30 }, ["a1"]],
    [
      "a session's newest after older ones of others",
      ["a1", "b1", "b2", "b3"],
      { ...none, maxTotalBytes: 20 },
      ["b1", "b2"],
    ],
    ["the newest when only those are left", ["a1", "b1"], { ...none, maxTotalBytes: 10 }, ["a1"]],
    ["never what has a name", ["a1!", "b1!", "a2"], { ...none, maxTotalBytes: 5 }, ["a2"]],
    [
      "by size only what number and age have left",
      ["a1", "a2", "a3"],
      { ...none, maxPerSession: 2, maxTotalBytes: 20 },
      ["a1"],
    ],
  ] as const)("takes %s [R7.2]", (_, ids, retention, expected) => {
    expect(toPrune(checkpoints(...ids), retention, 100).toSorted()).toEqual(expected);
  });

  it("counts for each owner: an id that was another's is another session [A64]", () => {
    const [a, b, c] = checkpoints("a1", "a2", "a3");
    const reused = [a, { ...(b as Checkpoint), owner: "other" }, c] as readonly Checkpoint[];
    expect(toPrune(reused, { ...none, maxPerSession: 1 }, 0)).toEqual(["a1"]);
    expect(toPrune(reused, { ...none, maxTotalBytes: 20 }, 0)).toEqual(["a1"]);
  });

  it("takes what is over an owner's share of that owner only, and what is nobody's not [A68]", () => {
    const all = [
      ...of(null, "n1", "n2", "n3"),
      ...of("a", "a1", "a2", "a3!", "a4"),
      ...of("b", "b1", "b2"),
    ];
    expect(toPrune(all, { ...none, maxBytesPerOwner: 20 }, 0).toSorted()).toEqual(["a1", "a2"]);
    expect(
      toPrune(all, { ...none, maxBytesPerOwner: 10, maxTotalBytes: 60 }, 0).toSorted(),
    ).toEqual(["a1", "a2", "a4", "b1"]);
  });

  it("takes for its size only what may go for that [A64]", () => {
    const all = [...of("a", "a1", "a2"), ...of("b", "b1", "b2")];
    const isOfB = ({ owner }: Checkpoint) => owner === "b";
    expect(toPrune(all, { ...none, maxTotalBytes: 30 }, 0, isOfB)).toEqual(["b1"]);
    expect(toPrune(all, { ...none, maxTotalBytes: 5 }, 0, isOfB)).toEqual(["b1", "b2"]);
  });

  it("goes by sequence where the clock was set back [F31]", () => {
    const [a, b] = checkpoints("a1", "a2");
    const setBack = [a, b].map((one, at) => ({ ...(one as Checkpoint), createdAt: -at }));
    expect(toPrune(setBack, { ...none, maxPerSession: 1 }, 0)).toEqual(["a1"]);
  });
});
