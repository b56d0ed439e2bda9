import { ForkSocket, GuardedProcess } from "@holdfast/core";
import { expect, it } from "vitest";
import { forkFrom } from "./fork-from.ts";

it("forkFrom() waits no longer than it may for a process that does not answer [A26]", async () => {
  await using process = await GuardedProcess.start({
    command: "sleep",
    args: ["1000"],
    env: { PATH: globalThis.process.env["PATH"] ?? "/usr/bin:/bin" },
    cwd: "/",
    startTimeoutMs: 10_000,
  });
  await using socket = await ForkSocket.open(process);
  const silent = () => new Promise<never>(() => {});
  await expect(forkFrom(socket, silent, { timeoutMs: 20 })).rejects.toMatchObject({
    code: "worker_start_failed",
    cause: { code: "deadline_exceeded" },
  });
  const abort = new AbortController();
  const cancelled = forkFrom(socket, silent, { timeoutMs: 600_000, signal: abort.signal });
  abort.abort();
  await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
});
