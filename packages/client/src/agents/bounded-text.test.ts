import { expect, it } from "vitest";
import { BoundedText } from "./bounded-text.ts";

function textOf(chunks: readonly string[], maxLength: number): BoundedText {
  const text = new BoundedText(maxLength);
  for (const chunk of chunks) text.add(chunk);
  return text;
}

it("BoundedText keeps all that is within the bound", () => {
  const text = textOf(["abc", "", "def"], 6);
  expect([String(text), text.omitted, text.length]).toEqual(["abcdef", null, 6]);
});

it("BoundedText keeps both ends of what is more, whatever pieces it comes in", () => {
  const whole = Array.from({ length: 1000 }, (_, index) => `${index} `).join("");
  for (const size of [1, 7, 1000, whole.length]) {
    const chunks = whole.match(new RegExp(`.{1,${size}}`, "g")) ?? [];
    const text = textOf(chunks, 20);
    const left = whole.length - 20;
    expect(String(text)).toBe(
      `${whole.slice(0, 10)}\n[… ${left} characters left out …]\n${whole.slice(-10)}`,
    );
    expect(text.omitted).toEqual({ from: 10, to: whole.length - 10 });
  }
});

it("BoundedText leaves no half of a character at its cuts", () => {
  const text = String(textOf(["😀".repeat(100)], 21));
  expect(text.isWellFormed()).toBe(true);
});
