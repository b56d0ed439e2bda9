import type { ExecutionEvent } from "@holdfast/client";
import { expect, it } from "vitest";
import { eventText } from "./event-text.ts";

const shown = { type: "display", seq: 1, displayId: null, update: false } as const;
const result = { type: "result", seq: 1, value: null, valueTruncated: false } as const;

it.each<readonly [string, ExecutionEvent, string]>([
  ["output, exact", { type: "stderr", seq: 1, text: "no newline" }, "no newline"],
  ["a value as text", { ...result, repr: "42", mime: { "text/plain": "42" } }, "42\n"],
  ["a value by its repr", { ...result, repr: "<x>", mime: { "text/html": "<b>" } }, "<x>\n"],
  [
    "an image with its text",
    { ...shown, mime: { "image/png": "AAAA", "text/plain": "plot" } },
    "plot\n[image/png]\n",
  ],
  ["what is no text", { ...shown, mime: { "text/html": "<b>" } }, "[text/html]\n"],
  ["a question", { type: "input_request", seq: 1, prompt: "name? ", password: false }, "name? "],
  [
    "a gap",
    { type: "gap", seq: 9, fromSeq: 4, toSeq: 9 },
    "[output is missing here: events 4 to 9 were not kept]\n",
  ],
  ["nothing of a start", { type: "started", seq: 1, executionId: "e", pid: 1 }, ""],
])("eventText() shows %s", (_what, event, text) => {
  expect(eventText(event)).toBe(text);
});
