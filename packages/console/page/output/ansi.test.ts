import { expect, it } from "vitest";
import { ansiSpans } from "./ansi.ts";

const esc = "\u001b";

it("ansiSpans() keeps colours and weights and leaves the rest of the sequences out [A23]", () => {
  expect(ansiSpans(`a${esc}[1;31mb${esc}[0mc${esc}[2Kd`)).toEqual([
    { text: "a", style: "" },
    { text: "b", style: "color:var(--red);font-weight:700" },
    { text: "c", style: "" },
    { text: "d", style: "" },
  ]);
  expect(ansiSpans(`${esc}[38;5;196mx`)).toEqual([{ text: "x", style: "color:rgb(255 0 0)" }]);
  expect(ansiSpans(`${esc}[38;2;1;2;999mx`)).toEqual([{ text: "x", style: "color:rgb(1 2 255)" }]);
});

it("ansiSpans() shows the last state of a line that was rewritten", () => {
  expect(ansiSpans("10%\r20%\r\nnext\r\n")).toEqual([{ text: "20%\nnext\n", style: "" }]);
});

it("ansiSpans() lets nothing but known styles through [A23]", () => {
  const spans = ansiSpans(`${esc}[38;2;red;url(x);1mx${esc}]8;;javascript:alert(1)${esc}\\y<b>`);
  for (const { style } of spans)
    expect(style).toMatch(/^(?:[a-z-]+:(?:var\(--[a-z]+\)|rgb\([\d ]+\)|[a-z0-9.]+);?)*$/);
  expect(spans.map(({ text }) => text).join("")).toContain("y<b>");
});
