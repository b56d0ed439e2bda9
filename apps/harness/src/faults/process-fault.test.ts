import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { isRunning } from "../leaks/process-tree.ts";
import { eventually } from "../wait/eventually.ts";
import {
  type ProcessIdentity,
  haltProcess,
  identifyProcess,
  isStopped,
  killProcess,
  signalProcess,
} from "./process-fault.ts";

async function startProcess(): Promise<{
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
}> {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const identity = identifyProcess(child.pid ?? 0);
  if (identity === null) throw new Error("it has ended");
  return { child, identity };
}

test("signalProcess() kills the process that was meant [F01]", async () => {
  const { child, identity } = await startProcess();
  const ended = once(child, "exit");
  expect(signalProcess(identity, "SIGKILL")).toBe(true);
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(identifyProcess(identity.pid)).toBeNull();
  expect(signalProcess(identity, "SIGKILL")).toBe(false);
});

test("signalProcess() halts a process, and lets it go on [F02]", async () => {
  const { identity } = await startProcess();
  signalProcess(identity, "SIGSTOP");
  await eventually(() => isStopped(identity.pid), { what: "the halt" });
  signalProcess(identity, "SIGCONT");
  await eventually(() => !isStopped(identity.pid), { what: "its going on" });
  expect(isRunning(identity.pid)).toBe(true);
});

test("signalProcess() leaves a process alone that has the id of the one that was meant [F47]", async () => {
  const { identity } = await startProcess();
  const earlier = { ...identity, startTime: String(Number(identity.startTime) - 1) };
  expect(signalProcess(earlier, "SIGKILL")).toBe(false);
  expect(isRunning(identity.pid)).toBe(true);
});

test("killProcess() has ended a process when it settles [F01]", async () => {
  const { child, identity } = await startProcess();
  const ended = once(child, "exit");
  await killProcess(identity.pid);
  expect(isRunning(identity.pid)).toBe(false);
  expect(await ended).toEqual([null, "SIGKILL"]);
});

test("haltProcess() halts a process until it is disposed of [F02]", async () => {
  const { identity } = await startProcess();
  {
    using halt = haltProcess(identity.pid);
    await eventually(() => isStopped(halt.pid), { what: "the halt" });
  }
  await eventually(() => !isStopped(identity.pid), { what: "its going on" });
});

test.for([null, 1_000_000_000])(
  "killProcess() and haltProcess() tell that there is no %s",
  async (pid) => {
    const refusal = expect.objectContaining({ code: "process_not_found" });
    await expect(killProcess(pid)).rejects.toEqual(refusal);
    expect(() => haltProcess(pid)).toThrow(refusal);
  },
);
