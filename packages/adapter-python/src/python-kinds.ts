import {
  type Feature,
  type ForkReport,
  ForkSocket,
  type WorkerKind,
  type WorkerLink,
  type WorkerStartOptions,
  greetWorker,
  interruptByMessage,
} from "@holdfast/core";
import { forkFrom } from "./fork-from.ts";

const features: readonly Feature[] = [
  "stdin",
  "input",
  "results",
  "displays",
  "interrupt",
  "checkpoint",
  "namespace",
  "changes",
  "completion",
];

const python = { runtime: "python", language: "Python" };

/** The machine's own Python. */
export const cpython: WorkerKind = {
  ...python,
  features: [...features, "fork"],
  operations: (link) => ({ fork: forkingOf(link) }),
};

/** CPython as WebAssembly, which has one process and no way to copy it. */
export const pyodide: WorkerKind = { ...python, features, interrupt: interruptByMessage };

function forkingOf(link: WorkerLink): (start: WorkerStartOptions) => Promise<ForkReport> {
  const { process, ask, lost } = link;
  let opening: Promise<ForkSocket> | null = null;
  void process.ended.then(async () => {
    const socket = await opening?.catch(() => null);
    await socket?.close();
  });
  return async (start) => {
    if (process.hasEnded) throw lost("fork");
    opening ??= ForkSocket.open(process);
    const { startTimeoutMs: timeoutMs, signal } = start;
    const limits = { timeoutMs, ...(signal ? { signal } : {}) };
    const { process: forked, skipped } = await forkFrom(await opening, ask, limits);
    return { worker: await greetWorker(forked, start, cpython), skipped };
  };
}
