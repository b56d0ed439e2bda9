import { expect, test } from "vitest";
import { eventually } from "./eventually.ts";

test("eventually() answers the first thing that is neither null, undefined nor false [R9.4] [S0-46]", async () => {
  const answers = [null, undefined, false, 0];
  await expect(eventually(() => answers.shift(), { what: "a number" })).resolves.toBe(0);
});

test("eventually() gives up with what was waited for", async () => {
  const waiting = eventually(() => false, { timeoutMs: 1, what: "the impossible" });
  await expect(waiting).rejects.toThrow("[deadline_exceeded] the impossible: not within 1 ms");
});
