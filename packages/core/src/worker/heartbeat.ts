import { readFileSync } from "node:fs";

/** A sign of life of a worker. */
export interface Heartbeat {
  /** Processor time of the worker's process so far, user and system, in milliseconds. It stands still while code waits. */
  readonly cpuMs: number;
}

const sigkill = 1n << 8n;

/**
 * Whether a process can still do what it is told: not when it has ended, is stopped, or has been killed and does not
 * know yet.
 */
export function isAbleToWork(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const [, state = "X"] = /^State:\s+(\w)/m.exec(status) ?? [];
    const pending = [...status.matchAll(/^(?:SigPnd|ShdPnd):\s+([0-9a-f]+)$/gm)];
    return (
      !/[TtZX]/.test(state) &&
      pending.every(([, signals]) => (BigInt(`0x${signals}`) & sigkill) === 0n)
    );
  } catch {
    return false;
  }
}

// USER_HZ, the same on every Linux.
const msPerTick = 10;

/** What the kernel says of a process: that it lives, and is not stopped. @throws Error when it is stopped, or gone */
export function heartbeatOf(pid: number): Heartbeat {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The command's name may have spaces and parentheses of its own. Fields as in proc_pid_stat(5), from the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (/[TtZX]/.test(fields[0] ?? "X")) throw new Error("its process is stopped");
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick };
}
