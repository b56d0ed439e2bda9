import { type ProcessEntry, findProcess } from "../leaks/process-tree.ts";

/** A process for good: its id may be another one's later, its start time then is not. */
export type ProcessIdentity = Pick<ProcessEntry, "pid" | "startTime">;

/** Which process has this id now, to be signalled later; `null` when none does. Linux only. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const entry = findProcess(pid);
  return entry === null || entry.isZombie ? null : { pid, startTime: entry.startTime };
}

/**
 * Signals a process, unless it has ended, whoever has its id by now: `SIGKILL` to lose it, `SIGSTOP` and `SIGCONT` to halt
 * it and let it go on. Between the look and the signal microseconds pass: Node cannot signal by a descriptor.
 * @returns whether it was there
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (identifyProcess(identity.pid)?.startTime !== identity.startTime) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Whether a process is halted, by `SIGSTOP` or the like. */
export function isStopped(pid: number): boolean {
  return findProcess(pid)?.isStopped === true;
}
