import { expect, it } from "vitest";
import { EventParser } from "./sse.ts";

it("EventParser.push() gives the same events for every split of the text", () => {
  const text =
    'id: 1\nevent: stdout\ndata: {"text":"a\\n\\n"}\n\nid: 2\nevent: completed\ndata: {}\n\n';
  const wanted = [
    { type: "stdout", data: '{"text":"a\\n\\n"}' },
    { type: "completed", data: "{}" },
  ];
  for (let cut = 0; cut <= text.length; cut++) {
    const parser = new EventParser();
    expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))]).toEqual(wanted);
  }
});
