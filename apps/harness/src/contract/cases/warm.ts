import { join } from "node:path";
import type { Runtime, WarmWorker } from "@holdfast/core";
import { expect } from "vitest";
import { expectNoLeaks, holdings } from "../../leaks/leak-check.ts";
import { isRunning } from "../../leaks/process-tree.ts";
import { contractCase, contractTopic } from "../contract-case.ts";
import { featureMethod } from "../feature-method.ts";

const method = "warm";

function warm(runtime: Runtime, signal?: AbortSignal): Promise<WarmWorker> {
  return featureMethod(runtime, "warm")({ startTimeoutMs: 30_000, ...(signal ? { signal } : {}) });
}

export const warmCases = contractTopic("warm workers", [
  contractCase(
    "warm() gives a process that becomes the worker of a session [R3.4]",
    { method },
    async ({ runtime, startOptions, keep, output, soon, language, features }) => {
      const waiting = keep(await soon(warm(runtime), "warm()"));
      expect(isRunning(waiting.pid)).toBe(true);
      expect(waiting.suits(startOptions())).toBe(true);
      const worker = keep(await soon(waiting.assign(startOptions()), "assign()"));
      expect(worker.pid).toBe(waiting.pid);
      expect([...worker.features].toSorted()).toEqual([...features].toSorted());
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "a warm worker has the environment and the directory of its session, and nothing of its host's [A31]",
    { method, abilities: ["printEnvironment", "printDirectory"] },
    async ({ runtime, startOptions, keep, output, soon, language, directory }) => {
      process.env["CONTRACT_SECRET"] = "secret";
      try {
        const waiting = keep(await soon(warm(runtime), "warm()"));
        const options = startOptions({ env: { CONTRACT_GIVEN: "a 'b' ä" } });
        const worker = keep(await soon(waiting.assign(options), "assign()"));
        const variable = (name: string) => output(worker, language.printEnvironment(name));
        await expect(variable("CONTRACT_GIVEN")).resolves.toBe("a 'b' ä");
        await expect(variable("CONTRACT_SECRET")).resolves.toBe("");
        await expect(output(worker, language.printDirectory)).resolves.toBe(directory);
      } finally {
        delete process.env["CONTRACT_SECRET"];
      }
    },
  ),
  contractCase(
    "a warm worker that nobody takes is stopped, and leaves nothing [R2.7]",
    { method },
    async ({ runtime, soon, patienceMs }) => {
      await soon((await soon(warm(runtime), "warm()")).stop(), "stop()");
      const before = holdings();
      const waiting = await soon(warm(runtime), "warm()");
      await soon(waiting.stop(), "stop()");
      expect(isRunning(waiting.pid)).toBe(false);
      await expectNoLeaks(before, { timeoutMs: patienceMs });
    },
  ),
  contractCase(
    "a warm worker that dies says so, and cannot be assigned [F42]",
    { method },
    async ({ runtime, startOptions, keep, soon }) => {
      const waiting = keep(await soon(warm(runtime), "warm()"));
      process.kill(waiting.pid, "SIGKILL");
      await expect(soon(waiting.exited, "exited")).resolves.toMatchObject({ signal: "SIGKILL" });
      await expect(soon(waiting.assign(startOptions()), "assign()")).rejects.toMatchObject({
        code: "worker_start_failed",
      });
    },
  ),
  contractCase(
    "assign() to a directory that is not there fails with worker_start_failed, and the worker has ended [R2.7]",
    { method },
    async ({ runtime, startOptions, keep, soon, directory }) => {
      const waiting = keep(await soon(warm(runtime), "warm()"));
      const assigning = waiting.assign(startOptions({ cwd: join(directory, "none") }));
      await expect(soon(assigning, "assign()")).rejects.toMatchObject({
        code: "worker_start_failed",
      });
      await soon(waiting.exited, "exited");
      expect(isRunning(waiting.pid)).toBe(false);
    },
  ),
  contractCase(
    "warm() with a signal that has aborted is cancelled, and leaves nothing [R2.4]",
    { method },
    async ({ runtime, keep, soon, patienceMs }) => {
      const before = holdings();
      const warming = soon(warm(runtime, AbortSignal.abort()), "warm()").then(keep);
      await expect(warming).rejects.toMatchObject({ code: "cancelled" });
      await expectNoLeaks(before, { timeoutMs: patienceMs });
    },
  ),
]);
