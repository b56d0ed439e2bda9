import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import type { Runtime, Worker, WorkerStartOptions } from "../worker/worker.ts";
import { takeSavepoint } from "./savepoint.ts";

it("a savepoint whose process is stopped while it is asked for an answer is lost [R8.3]", async () => {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const pid = child.pid as number;
  const spare = {
    pid,
    exited: new Promise(() => {}),
    ping: () => {
      process.kill(pid, "SIGSTOP");
      return new Promise(() => {});
    },
  };
  const worker = {
    features: new Set(["fork"]),
    fork: async () => ({ worker: spare, skipped: [] }),
  } as unknown as Worker;
  const start = { sessionId: "s1" } as WorkerStartOptions;
  const savepoint = await takeSavepoint({ name: "test" } as Runtime, worker, start);
  await expect(savepoint.rollback(false)).rejects.toMatchObject({ code: "worker_lost" });
});
