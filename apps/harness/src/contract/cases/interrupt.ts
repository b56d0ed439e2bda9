import { expect } from "vitest";
import { contractCase, contractTopic } from "../contract-case.ts";

export const interruptCases = contractTopic("interrupt", [
  contractCase(
    "interrupt() ends code that computes, and keeps the state [R1.7]",
    { features: ["interrupt"], abilities: ["runForever", "remember", "recall"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "4711")).ended;
      const ran = run(worker, language.runForever);
      await ran.firstOutput;
      ran.execution.interrupt();
      await expect(ran.ended).resolves.toMatchObject({ status: "interrupted" });
      await expect(output(worker, language.recall("kept"))).resolves.toBe("4711");
    },
  ),
  contractCase(
    "interrupt() ends code that waits, and the next execution runs [D10]",
    { features: ["interrupt"], abilities: ["sleepForever"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      const ran = run(worker, language.sleepForever);
      await ran.firstOutput;
      ran.execution.interrupt();
      await expect(ran.ended).resolves.toMatchObject({ status: "interrupted" });
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "an interrupted execution keeps the output that it had [D11]",
    { features: ["interrupt"], abilities: ["runForever", "printLines"] },
    async ({ start, run, eventually, language }) => {
      const ran = run(await start(), `${language.printLines(20_000)}\n${language.runForever}`);
      await eventually(() => ran.text("stdout").endsWith("ready"), "all output");
      ran.execution.interrupt();
      await expect(ran.ended).resolves.toMatchObject({ status: "interrupted" });
      expect(ran.text("stdout")).toMatch(/^1\n2\n[^]*\n20000\nready$/);
    },
  ),
  contractCase(
    "interrupt() right after execute() ends it, however early it comes [F46]",
    { features: ["interrupt"], abilities: ["runForever"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      for (let round = 0; round < 5; round++) {
        const ran = run(worker, language.runForever);
        ran.execution.interrupt();
        await expect(ran.ended).resolves.toMatchObject({ status: "interrupted" });
      }
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "interrupt() twice is as once [F46]",
    { features: ["interrupt"], abilities: ["runForever"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      const ran = run(worker, language.runForever);
      await ran.firstOutput;
      ran.execution.interrupt();
      ran.execution.interrupt();
      await expect(ran.ended).resolves.toMatchObject({ status: "interrupted" });
      for (let n = 0; n < 5; n++)
        await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "interrupt() after the end does nothing [D9]",
    {},
    async ({ start, run, output, language }) => {
      const worker = await start();
      const over = run(worker, language.print("x"));
      await over.ended;
      over.execution.interrupt();
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "interrupt() of an execution that has ended leaves the one alone that runs [D9]",
    { features: ["interrupt"], abilities: ["runForever"] },
    async ({ start, run, language }) => {
      const worker = await start();
      const over = run(worker, language.print("x"));
      await over.ended;
      const ran = run(worker, language.runForever);
      let hasEnded = false;
      void ran.execution.ended.then(() => (hasEnded = true));
      await ran.firstOutput;
      over.execution.interrupt();
      // Absence cannot be waited for: a wrong interrupt would take effect now.
      await new Promise((done) => setTimeout(done, 100));
      expect(hasEnded).toBe(false);
      ran.execution.interrupt();
      await expect(ran.ended).resolves.toMatchObject({ status: "interrupted" });
    },
  ),
  contractCase(
    "interrupts at any moment of 30 executions never reach the next one [F46]",
    { features: ["interrupt"], abilities: ["printLines"] },
    async ({ start, run, language }) => {
      const worker = await start();
      for (let round = 0; round < 30; round++) {
        const ran = run(worker, language.printLines(2));
        for (let turn = 0; turn < round; turn++) await new Promise((done) => setImmediate(done));
        ran.execution.interrupt();
        expect(["ok", "interrupted"]).toContain((await ran.ended).status);
        const next = run(worker, language.print(`n${round}`));
        await expect(next.ended).resolves.toMatchObject({ status: "ok" });
        expect(next.text("stdout")).toBe(`n${round}`);
      }
    },
  ),
  contractCase(
    "interrupt() of one worker leaves another alone [R2.6]",
    { features: ["interrupt"], abilities: ["runForever"] },
    async ({ start, run, language }) => {
      const [one, two] = await Promise.all([start(), start()]);
      const [first, second] = [run(one, language.runForever), run(two, language.runForever)];
      await Promise.all([first.firstOutput, second.firstOutput]);
      let hasSecondEnded = false;
      void second.execution.ended.then(() => (hasSecondEnded = true));
      first.execution.interrupt();
      await expect(first.ended).resolves.toMatchObject({ status: "interrupted" });
      expect(hasSecondEnded).toBe(false);
    },
  ),
]);
