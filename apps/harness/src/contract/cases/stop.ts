import { expect } from "vitest";
import { expectNoLeaks, holdings } from "../../leaks/leak-check.ts";
import { isRunning } from "../../leaks/process-tree.ts";
import { contractCase, contractTopic } from "../contract-case.ts";

export const stopCases = contractTopic("stop", [
  contractCase(
    "stop() ends an idle worker by a kill, and says so [R2.7]",
    {},
    async ({ start, soon }) => {
      const worker = await start();
      const report = await soon(worker.stop(), "stop()");
      expect(report).toMatchObject({ step: "kill", exit: { signal: "SIGKILL", exitCode: null } });
      expect(isRunning(worker.pid)).toBe(false);
      await expect(soon(worker.exited, "exited")).resolves.toMatchObject({ signal: "SIGKILL" });
    },
  ),
  contractCase(
    "stop() takes with it what runs, and the execution is lost with its output [R2.2]",
    { abilities: ["runForever"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      const ran = run(worker, language.runForever);
      await ran.firstOutput;
      await soon(worker.stop(), "stop()");
      await expect(ran.ended).resolves.toMatchObject({ status: "lost", signal: "SIGKILL" });
      expect(ran.text("stdout")).toBe("ready");
    },
  ),
  contractCase(
    "stop() takes daemons with it, of a session of their own too [A28]",
    { abilities: ["startDaemon"] },
    async ({ start, output, soon, language }) => {
      const worker = await start();
      const daemon = Number(await output(worker, language.startDaemon));
      expect(isRunning(daemon)).toBe(true);
      await soon(worker.stop(), "stop()");
      expect(isRunning(daemon)).toBe(false);
    },
  ),
  contractCase(
    "a daemon ends with a worker that has ended by itself [A28]",
    { abilities: ["startDaemon", "exit"] },
    async ({ start, run, output, soon, language }) => {
      const worker = await start();
      const daemon = Number(await output(worker, language.startDaemon));
      await run(worker, language.exit(0)).ended;
      await soon(worker.exited, "exited");
      await soon(worker.stop(), "stop()");
      expect(isRunning(daemon)).toBe(false);
    },
  ),
  contractCase(
    "stop() climbs to the kill when code heeds neither interrupt nor SIGTERM [F16]",
    { abilities: ["ignoreSignals"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      const ran = run(worker, language.ignoreSignals);
      await ran.firstOutput;
      const report = await soon(
        worker.stop({ interruptGraceMs: 50, terminateGraceMs: 50 }),
        "stop()",
      );
      expect(report).toMatchObject({ step: "kill", exit: { signal: "SIGKILL" } });
      await expect(ran.ended).resolves.toMatchObject({ status: "lost" });
    },
  ),
  contractCase(
    "stop() gives code the time that its graces say before it kills [R2.4]",
    { abilities: ["ignoreSignals"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      const ran = run(worker, language.ignoreSignals);
      await ran.firstOutput;
      const begin = performance.now();
      await soon(worker.stop({ terminateGraceMs: 150 }), "stop()");
      // Timers may be a millisecond early.
      expect(performance.now() - begin).toBeGreaterThanOrEqual(149);
    },
  ),
  contractCase(
    "stop() may be called again and answers the same [D31]",
    {},
    async ({ start, soon }) => {
      const worker = await start();
      const [one, two] = await soon(Promise.all([worker.stop(), worker.stop()]), "stop() twice");
      expect(two.exit).toEqual(one.exit);
      expect((await soon(worker.stop(), "stop() again")).exit).toEqual(one.exit);
    },
  ),
  contractCase(
    "stop() of a worker that has ended by itself says that it had exited [D31]",
    { abilities: ["exit"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      await run(worker, language.exit(5)).ended;
      const report = await soon(worker.stop(), "stop()");
      expect(report).toMatchObject({ step: "exited", exit: { exitCode: 5, signal: null } });
    },
  ),
  contractCase(
    "a worker that goes out of scope by await using has stopped [R2.7]",
    {},
    async ({ start, soon }) => {
      const worker = await start();
      await soon(Promise.resolve(worker[Symbol.asyncDispose]()), "dispose");
      expect(isRunning(worker.pid)).toBe(false);
    },
  ),
  contractCase(
    "starts, executions and stops leave nothing behind [R2.7]",
    {},
    async ({ start, output, soon, language, cycles, patienceMs }) => {
      // What a runtime keeps for all its workers is there from the first one on.
      await soon((await start()).stop(), "stop()");
      const before = holdings();
      for (let n = 0; n < cycles; n++) {
        const worker = await start();
        await output(worker, language.print("x"));
        await soon(worker.stop(), "stop()");
      }
      await expectNoLeaks(before, { timeoutMs: patienceMs });
    },
  ),
  contractCase(
    "workers that end while code runs leave nothing behind [D31]",
    { abilities: ["runForever"] },
    async ({ start, run, soon, language, cycles, patienceMs }) => {
      await soon((await start()).stop(), "stop()");
      const before = holdings();
      for (let n = 0; n < cycles; n++) {
        const worker = await start();
        const ran = run(worker, language.runForever);
        await ran.firstOutput;
        await soon(worker.stop(), "stop()");
        await ran.ended;
      }
      await expectNoLeaks(before, { timeoutMs: patienceMs });
    },
  ),
]);
