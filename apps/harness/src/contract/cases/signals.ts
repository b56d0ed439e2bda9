import { expect } from "vitest";
import { isStopped } from "../../faults/process-fault.ts";
import { isRunning } from "../../leaks/process-tree.ts";
import { contractCase, contractTopic } from "../contract-case.ts";

export const signalCases = contractTopic("signals from outside", [
  contractCase(
    "a worker that is killed while code runs: its execution is lost by SIGKILL, with its output [F01]",
    { abilities: ["runForever"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      const ran = run(worker, language.runForever);
      await ran.firstOutput;
      process.kill(worker.pid, "SIGKILL");
      const expected = { exitCode: null, signal: "SIGKILL" };
      await expect(ran.ended).resolves.toEqual({ status: "lost", ...expected });
      expect(ran.text("stdout")).toBe("ready");
      await expect(soon(worker.exited, "exited")).resolves.toMatchObject(expected);
    },
  ),
  contractCase(
    "a worker that is killed while idle: exited says so [F01]",
    {},
    async ({ start, soon }) => {
      const worker = await start();
      process.kill(worker.pid, "SIGKILL");
      await expect(soon(worker.exited, "exited")).resolves.toMatchObject({
        exitCode: null,
        signal: "SIGKILL",
      });
    },
  ),
  contractCase(
    "a worker that is killed takes with it what it started [A28]",
    { abilities: ["startDaemon"] },
    async ({ start, output, soon, eventually, language }) => {
      const worker = await start();
      const daemon = Number(await output(worker, language.startDaemon));
      process.kill(worker.pid, "SIGKILL");
      await soon(worker.exited, "exited");
      await eventually(() => !isRunning(daemon), "the end of the daemon");
    },
  ),
  contractCase(
    "a worker that is killed leaves its neighbour alone, with its state [D28]",
    { abilities: ["remember", "recall"] },
    async ({ start, run, output, soon, language }) => {
      const [one, two] = await Promise.all([start(), start()]);
      await run(two, language.remember("kept", "4711")).ended;
      process.kill(one.pid, "SIGKILL");
      await soon(one.exited, "exited");
      await expect(output(two, language.recall("kept"))).resolves.toBe("4711");
    },
  ),
  contractCase(
    "a worker that is halted is not lost, and goes on when it may [F02]",
    {},
    async ({ start, run, eventually, language }) => {
      const worker = await start();
      process.kill(worker.pid, "SIGSTOP");
      await eventually(() => isStopped(worker.pid), "a halted worker");
      const ran = run(worker, language.print("on"));
      let hasEnded = false;
      void ran.execution.ended.then(() => (hasEnded = true));
      // Absence cannot be waited for.
      await new Promise((done) => setTimeout(done, 50));
      expect(hasEnded).toBe(false);
      process.kill(worker.pid, "SIGCONT");
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect(ran.text("stdout")).toBe("on");
    },
  ),
  contractCase(
    "stop() ends a worker that is halted [F02]",
    {},
    async ({ start, soon, eventually }) => {
      const worker = await start();
      process.kill(worker.pid, "SIGSTOP");
      await eventually(() => isStopped(worker.pid), "a halted worker");
      const report = await soon(
        worker.stop({ interruptGraceMs: 20, terminateGraceMs: 20 }),
        "stop()",
      );
      expect(report).toMatchObject({ step: "kill" });
      expect(isRunning(worker.pid)).toBe(false);
    },
  ),
]);
