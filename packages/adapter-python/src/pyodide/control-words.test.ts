import { describe, expect, it } from "vitest";
import {
  dispositionOf,
  hasSignal,
  makeControlWords,
  raiseSignal,
  setDisposition,
  wait,
} from "./control-words.ts";

describe("control words", () => {
  it("wait() ends for a signal before anything else", () => {
    const words = makeControlWords();
    raiseSignal(words, 2);
    expect(hasSignal(words)).toBe(true);
    expect(wait(words, () => true, Infinity)).toBe("signal");
    words[0] = 0; // as Pyodide does when it takes it
    expect(wait(words, () => true, Infinity)).toBe("ready");
  });

  it("wait() ends in time, and at once for no time", () => {
    const words = makeControlWords();
    expect(wait(words, () => false, 1)).toBe("timeout");
    expect(wait(words, () => false, 0)).toBe("timeout");
  });

  it("setDisposition() concerns its signal alone", () => {
    const words = makeControlWords();
    setDisposition(words, 15, "handled");
    setDisposition(words, 2, "ignored");
    expect([1, 2, 15].map((number) => dispositionOf(words, number))).toEqual([
      "default",
      "ignored",
      "handled",
    ]);
    setDisposition(words, 15, "ignored");
    setDisposition(words, 2, "default");
    expect([2, 15].map((number) => dispositionOf(words, number))).toEqual(["default", "ignored"]);
  });
});
