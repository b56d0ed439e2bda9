import { closeSync, openSync, readSync } from "node:fs";

/** A sign of life of a worker. */
export interface Heartbeat {
  /** Processor time of the worker's process so far, user and system, in milliseconds. It stands still while code waits. */
  readonly cpuMs: number;
}

// SIGKILL and SIGSTOP, see proc_pid_status(5).
const fatal = (1n << 8n) | (1n << 18n);

// More than a status has. Read without asking for its size first, which is 0, and into memory that is there: it is asked
// on the way to a session's first result.
const scratch = Buffer.allocUnsafeSlow(8 * 1024);

// PF_EXITING and PF_SIGNALED, see linux/sched.h: it has taken a fatal signal, which is pending no more.
const ending = 0x4 | 0x400;

/**
 * Whether a process can still do what it is told: not when it has ended or is stopped, or has been killed or stopped and
 * does not know yet.
 */
export function isAbleToWork(pid: number): boolean {
  try {
    const status = procFile(`/proc/${pid}/status`);
    const isPending = (set: string) => (BigInt(`0x${field(status, set)}`) & fatal) !== 0n;
    if (isPending("SigPnd") || isPending("ShdPnd")) return false;
    const stat = statOf(pid); // behind the other: a signal leaves that and comes to this
    return !/[TtZX]/.test(stat[0] ?? "X") && (Number(stat[6]) & ending) === 0;
  } catch {
    return false;
  }
}

/** Whether a process is there and stopped; by a signal that is on its way it is not yet. */
export function isStopped(pid: number): boolean {
  try {
    return /[Tt]/.test(statOf(pid)[0] ?? "");
  } catch {
    return false;
  }
}

function procFile(path: string): string {
  const fd = openSync(path, "r");
  try {
    return scratch.toString("latin1", 0, readSync(fd, scratch));
  } finally {
    closeSync(fd);
  }
}

/** @throws Error when there is none of this name */
function field(status: string, name: string): string {
  const start = status.indexOf(`\n${name}:\t`);
  if (start < 0) throw new Error(`no ${name}`);
  const value = start + name.length + 3;
  return status.slice(value, status.indexOf("\n", value));
}

// USER_HZ, the same on every Linux.
const msPerTick = 10;

/** What the kernel says of a process: that it lives, and is not stopped. @throws Error when it is stopped, or gone */
export function heartbeatOf(pid: number): Heartbeat {
  const stat = statOf(pid);
  if (/[TtZX]/.test(stat[0] ?? "X")) throw new Error("its process is stopped");
  return { cpuMs: (Number(stat[11]) + Number(stat[12])) * msPerTick };
}

/** Fields as in proc_pid_stat(5), from the third. The command's name may have spaces and parentheses of its own. */
function statOf(pid: number): readonly string[] {
  const stat = procFile(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
