import { describe, expect, it } from "vitest";
import {
  type AutomaticCheckpointEvent,
  type AutomaticCheckpointOptions,
  initialAutomaticCheckpoints,
  nextCheckpointAt,
  resolveAutomaticCheckpointOptions,
  withCheckpointEvent,
} from "./automatic-checkpoints.ts";

const executed = { type: "executed" } as const;
function attempted(startedAt: number, endedAt: number, isKept = true): AutomaticCheckpointEvent {
  return { type: "attempted", startedAt, endedAt, isKept };
}

/** When the next is due in a session that began at 1,000. */
function due(
  options: AutomaticCheckpointOptions,
  ...events: readonly AutomaticCheckpointEvent[]
): number | null {
  const state = events.reduce(withCheckpointEvent, initialAutomaticCheckpoints(1_000));
  return nextCheckpointAt(state, resolveAutomaticCheckpointOptions(options));
}

const always = { afterExecution: true };
const timed = { everyMs: 500 };

describe("nextCheckpointAt()", () => {
  it.each<[string, AutomaticCheckpointOptions, readonly AutomaticCheckpointEvent[], number | null]>(
    [
      ["is none by default", {}, [executed], null],
      ["is none before anything was executed", always, [], null],
      ["is now after an execution", always, [executed], 1_000],
      ["is none when the last one has it all", always, [executed, attempted(2_000, 2_001)], null],
      ["is 20 durations after the last", always, [attempted(2_000, 2_100), executed], 4_100],
      [
        "is so many durations as said",
        { ...always, costFactor: 3 },
        [attempted(0, 100), executed],
        400,
      ],
      ["is by time, since the beginning", timed, [executed], 1_500],
      ["is by time, since the last", timed, [attempted(2_000, 2_010), executed], 2_510],
      ["is later than by time when one costs much", timed, [attempted(0, 100), executed], 2_100],
      ["is none by time when nothing was executed", timed, [attempted(2_000, 2_010)], null],
      ["is the sooner of both ways", { ...always, ...timed }, [executed], 1_000],
      ["is twice as late after a failure", always, [executed, attempted(0, 100, false)], 4_100],
      [
        "is four times as late after two",
        always,
        [executed, attempted(0, 100, false), attempted(0, 100, false)],
        8_100,
      ],
      [
        "is as before once one is kept",
        always,
        [executed, attempted(0, 100, false), attempted(0, 100), executed],
        2_100,
      ],
      ["is none after a restore", always, [executed, { type: "replaced", at: 3_000 }], null],
    ],
  )("%s [S0-16]", (_, options, events, expected) => {
    expect(due(options, ...events)).toBe(expected);
  });

  it("leaves at most 5 % of the time to checkpoints, whatever each takes", () => {
    const options = resolveAutomaticCheckpointOptions(always);
    let state = initialAutomaticCheckpoints(0);
    let now = 0;
    let spent = 0;
    for (let i = 0; i < 200; i++) {
      state = withCheckpointEvent(state, executed);
      const startedAt = Math.max(now, nextCheckpointAt(state, options) ?? 0);
      now = startedAt + 50;
      spent += 50;
      state = withCheckpointEvent(state, attempted(startedAt, now));
    }
    expect(spent / now).toBeLessThan(0.05);
  });

  it("comes again in the end, however often it failed", () => {
    const failures = Array.from({ length: 1_000 }, () => attempted(0, 1, false));
    expect(due(always, executed, ...failures)).toBe(1 + 20 * 1_024);
  });
});

it.each([
  [{ everyMs: 0 }, "everyMs"],
  [{ everyMs: Number.NaN }, "everyMs"],
  [{ costFactor: -1 }, "costFactor"],
  [{ maxBytes: 1.5 }, "maxBytes"],
])("resolveAutomaticCheckpointOptions(%o) names the option [A70]", (options, option) => {
  expect(() => resolveAutomaticCheckpointOptions(options)).toThrow(
    expect.objectContaining({
      code: "invalid_request",
      details: expect.objectContaining({ option }),
    }),
  );
});
