import { subscribe } from "node:diagnostics_channel";
import { syncBuiltinESMExports } from "node:module";
import { apply, defineProperty } from "../primordials.ts";

let isStartingOwn = false;

type AnyFunction = (...args: unknown[]) => unknown;

/** Calls back right before a process is started, and when a thread is: what they write to is for somebody to know. */
export function watchSpawns({
  onProcess,
  onThread,
}: {
  readonly onProcess: () => void;
  readonly onThread: () => void;
}): void {
  const childProcess = process.getBuiltinModule("node:child_process");
  const prototype = childProcess.ChildProcess.prototype as unknown as Record<string, AnyFunction>;
  wrap(prototype, "spawn", onProcess);
  const functions = childProcess as unknown as Record<string, AnyFunction>;
  for (const name of ["spawnSync", "execFileSync", "execSync"]) wrap(functions, name, onProcess);
  syncBuiltinESMExports();
  subscribe("worker_threads", () => {
    if (!isStartingOwn) onThread();
  });
}

/** Starts a thread of ours, which starts no process. */
export function startOwnThread(start: () => void): void {
  isStartingOwn = true;
  start();
  isStartingOwn = false;
}

function wrap(holder: Record<string, AnyFunction>, name: string, before: () => void): void {
  const original = holder[name] as AnyFunction;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    before();
    return apply(original, this, args);
  };
  defineProperty(wrapped, "name", { value: original.name });
  defineProperty(wrapped, "length", { value: original.length });
  holder[name] = wrapped;
}
