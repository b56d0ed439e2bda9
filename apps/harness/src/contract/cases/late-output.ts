import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { contractCase, contractTopic } from "../contract-case.ts";

export const lateOutputCases = contractTopic("late output", [
  contractCase(
    "an execution ends although what it started holds its output [F18]",
    { abilities: ["printLater"] },
    async ({ start, run, language, directory }) => {
      const code = `${language.print("first")}\n${language.printLater("late", join(directory, "go"))}`;
      const ran = run(await start(), code);
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect(ran.text("stdout")).toBe("first");
    },
  ),
  contractCase(
    "what comes after the end is told as late, with the id of its execution [D9]",
    { abilities: ["printLater"] },
    async ({ start, run, language, directory, late, eventually }) => {
      const go = join(directory, "go");
      const ran = run(await start(), language.printLater("late", go));
      await ran.ended;
      writeFileSync(go, "");
      await eventually(() => textOf(late) === "late", "late output");
      expect(new Set(late.map(({ executionId, stream }) => `${executionId} ${stream}`))).toEqual(
        new Set([`${ran.executionId} stdout`]),
      );
      expect(ran.text("stdout")).toBe("");
    },
  ),
  contractCase(
    "what comes late is not the next execution's output [R4.5]",
    { features: ["interrupt"], abilities: ["printLater", "sleepForever"] },
    async ({ start, run, language, directory, late, eventually }) => {
      const worker = await start();
      const go = join(directory, "go");
      const first = run(worker, language.printLater("late", go));
      await first.ended;
      const next = run(worker, language.sleepForever);
      await next.firstOutput;
      writeFileSync(go, "");
      await eventually(() => textOf(late) === "late", "late output");
      next.execution.interrupt();
      await next.ended;
      expect(next.text("stdout")).toBe("ready");
      expect(late.every(({ executionId }) => executionId === first.executionId)).toBe(true);
    },
  ),
  contractCase(
    "three executions whose children print late each have their own [R4.5]",
    { abilities: ["printLater"] },
    async ({ start, run, output, language, directory, late, eventually }) => {
      const worker = await start();
      const go = join(directory, "go");
      const texts = new Map<string, string>();
      for (const text of ["one", "two", "three"]) {
        const ran = run(worker, language.printLater(text, go));
        await ran.ended;
        texts.set(ran.executionId, text);
      }
      writeFileSync(go, "");
      await eventually(() => textOf(late).length === 11, "all late output");
      for (const [id, text] of texts)
        expect(textOf(late.filter(({ executionId }) => executionId === id))).toBe(text);
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
]);

function textOf(late: readonly { readonly text: string }[]): string {
  return late.map(({ text }) => text).join("");
}
