import { expect, it } from "vitest";
import { EventParser } from "./event-parser.ts";

const wanted = [
  { type: "stdout", data: '{"text":"a\\n\\n"}' },
  { type: "message", data: "two\nlines" },
  { type: "completed", data: "{}" },
];
const text =
  'id: 1\nevent: stdout\ndata: {"text":"a\\n\\n"}\n\n: a comment\n\ndata:two\ndata: lines\n\nevent: empty\n\nevent: completed\ndata: {}\n\n';

it.each([
  ["LF", text],
  ["CRLF", text.replaceAll("\n", "\r\n")],
])("EventParser.push() gives the same events for every split of the text (%s)", (_, whole) => {
  for (let cut = 0; cut <= whole.length; cut++) {
    const parser = new EventParser();
    expect([...parser.push(whole.slice(0, cut)), ...parser.push(whole.slice(cut))]).toEqual(wanted);
  }
});

it("EventParser.push() gives nothing for an event that has not ended", () => {
  expect([...new EventParser().push("event: stdout\ndata: {}\n")]).toEqual([]);
});

it("EventParser.push() gives one event when one is asked for", () => {
  const events = new EventParser().push("data: 1\n\ndata: 2\n\n");
  expect(events.next().value).toEqual({ type: "message", data: "1" });
  expect(events.next().value).toEqual({ type: "message", data: "2" });
});
