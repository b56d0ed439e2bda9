import { expect } from "vitest";
import { isStopped } from "../../faults/process-fault.ts";
import { contractCase, contractTopic } from "../contract-case.ts";
import { featureMethod } from "../feature-method.ts";

const method = "ping";
const heartbeat = { cpuMs: expect.any(Number) as number };

export const heartbeatCases = contractTopic("heartbeats", [
  contractCase(
    "ping() of an idle worker settles with its processor time [R2.3]",
    { method },
    async ({ start, soon }) => {
      const ping = featureMethod(await start(), "ping");
      await expect(soon(ping(), "ping()")).resolves.toEqual(heartbeat);
    },
  ),
  contractCase(
    "ping() settles while code runs, and its processor time grows [R2.3]",
    { method, abilities: ["runForever"] },
    async ({ start, run, soon, language, patienceMs }) => {
      const worker = await start();
      const ran = run(worker, language.runForever);
      await ran.firstOutput;
      const ping = featureMethod(worker, "ping");
      const first = await soon(ping(), "ping()");
      const end = performance.now() + patienceMs;
      let last = first;
      while (last.cpuMs <= first.cpuMs && performance.now() < end)
        last = await soon(ping(), "ping()");
      expect(last.cpuMs).toBeGreaterThan(first.cpuMs);
    },
  ),
  contractCase(
    "ping() of a worker that is halted gives no sign of life [F02]",
    { method },
    async ({ start, eventually }) => {
      const worker = await start();
      process.kill(worker.pid, "SIGSTOP");
      await eventually(() => isStopped(worker.pid), "a halted worker");
      const silent = Symbol("silent");
      const pinging = featureMethod(worker, "ping")().catch(() => silent);
      const waiting = new Promise((done) => setTimeout(() => done(silent), 100));
      expect(await Promise.race([pinging, waiting])).toBe(silent);
    },
  ),
  contractCase(
    "ping() of a worker that has ended rejects [F01]",
    { method },
    async ({ start, soon }) => {
      const worker = await start();
      await soon(worker.stop(), "stop()");
      const outcome = featureMethod(worker, "ping")().then(
        () => "alive",
        () => "rejected",
      );
      await expect(soon(outcome, "ping()")).resolves.toBe("rejected");
    },
  ),
]);
