import type { ExecutionEvent } from "@holdfast/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Patience } from "./patience.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const output: ExecutionEvent = { type: "stdout", seq: 2, text: "x" };
const question: ExecutionEvent = {
  type: "input_request",
  seq: 3,
  prompt: "? ",
  password: false,
};

/** After how many milliseconds it is over, when events come at these times. */
function endOf(waitMs: number, events: Readonly<Record<number, ExecutionEvent>>): number {
  using patience = new Patience(waitMs);
  for (let ms = 0; ms < 100_000; ms++) {
    const event = events[ms];
    if (event !== undefined) patience.saw(event);
    if (patience.signal.aborted) return ms;
    vi.advanceTimersByTime(1);
  }
  throw new Error("it is never over");
}

it.each([
  ["after the time, when something came", 1_000, { 1: output }, 1_000],
  ["later, when nothing came yet", 0, {}, 500],
  ["when what is there has come in, without time to wait", 0, { 5: output, 20: output }, 45],
  ["a while after a question", 10_000, { 50: question }, 150],
  ["not after a question that was answered", 10_000, { 50: question, 60: output }, 10_000],
] as const)("Patience is over %s", (_when, waitMs, events, end) => {
  expect(endOf(waitMs, events)).toBe(end);
});

it("Patience is over some time after the time, though events never pause", () => {
  const events = Object.fromEntries(Array.from({ length: 1_000 }, (_, ms) => [ms, output]));
  expect(endOf(100, events)).toBe(600);
});
