import { expect } from "vitest";
import { buildRequest } from "../../build/build-request.ts";
import { isRunning } from "../../leaks/process-tree.ts";
import { contractCase, contractTopic } from "../contract-case.ts";

const size = 8 << 20;

export const backPressureCases = contractTopic("back-pressure", [
  contractCase(
    "pause() makes the code wait, and resume() delivers the rest [F19]",
    { abilities: ["printZeros"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), { code: language.printZeros(size), pauseAfterFirst: true });
      let hasEnded = false;
      void ran.execution.ended.then(() => (hasEnded = true));
      await ran.firstOutput;
      // Absence cannot be waited for: what comes in spite of the pause would come now.
      for (let turn = 0; turn < 50; turn++) await new Promise((done) => setTimeout(done, 1));
      expect(ran.bytes("stdout").length).toBeLessThan(size / 2);
      expect(hasEnded).toBe(false);
      ran.execution.resume();
      await ran.ended;
      expect(ran.bytes("stdout")).toHaveLength(size);
    },
  ),
  contractCase(
    "a reader that pauses at every piece loses none [D21]",
    { abilities: ["printLines"] },
    async ({ start, soon, language }) => {
      const pieces: Buffer[] = [];
      const code = language.printLines(50_000);
      const execution = (await start()).execute(buildRequest({ code }), (event) => {
        if (event.type !== "stdout") return;
        pieces.push(Buffer.from(event.bytes));
        execution.pause();
        setImmediate(() => execution.resume());
      });
      await soon(execution.ended, "end of an execution");
      const lines = Buffer.concat(pieces).toString().split("\n");
      expect([lines.length, lines.at(0), lines.at(-2)]).toEqual([50_001, "1", "50000"]);
    },
  ),
  contractCase(
    "an interrupt reaches code that waits for its output to be read [D11]",
    { features: ["interrupt"], abilities: ["printZeros"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      const ran = run(worker, { code: language.printZeros(size), pauseAfterFirst: true });
      await ran.firstOutput;
      ran.execution.interrupt();
      // Some let go only when what they have in a buffer is read; at once, that would let the code come to its end.
      const reading = setTimeout(() => ran.execution.resume(), 1_000);
      await expect(ran.ended).resolves.toMatchObject({ status: "interrupted" });
      clearTimeout(reading);
      expect(ran.bytes("stdout").length).toBeLessThan(size);
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "stop() ends code that waits for its output to be read [R2.7]",
    { abilities: ["printZeros"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      const ran = run(worker, { code: language.printZeros(size), pauseAfterFirst: true });
      await ran.firstOutput;
      await soon(worker.stop(), "stop()");
      await expect(ran.ended).resolves.toMatchObject({ status: "lost" });
      expect(isRunning(worker.pid)).toBe(false);
    },
  ),
  contractCase(
    "pause() of an execution that has ended does not hold up the next one [D9]",
    { abilities: ["printZeros"] },
    async ({ start, run, language }) => {
      const worker = await start();
      const over = run(worker, language.print("x"));
      await over.ended;
      over.execution.pause();
      const ran = run(worker, language.printZeros(1 << 20));
      await ran.ended;
      expect(ran.bytes("stdout")).toHaveLength(1 << 20);
      over.execution.resume();
    },
  ),
]);
