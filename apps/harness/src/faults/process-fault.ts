import { HoldfastError } from "@holdfast/core";
import { eventually } from "../wait/eventually.ts";
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

/**
 * Kills a process that was meant, and waits until it has ended: what is known of its end by others may come later.
 * @param pid such as `session.pid`
 * @param options `timeoutMs` until the wait is given up. @default 5_000
 * @throws HoldfastError `process_not_found` when there is none, `deadline_exceeded`
 */
export async function killProcess(
  pid: number | null,
  { timeoutMs = 5_000 }: { readonly timeoutMs?: number } = {},
): Promise<void> {
  const identity = expectProcess(pid);
  signalProcess(identity, "SIGKILL");
  await eventually(() => identifyProcess(identity.pid)?.startTime !== identity.startTime, {
    timeoutMs,
    what: `end of process ${identity.pid}`,
  });
}

/** A process that stands still, as {@link isStopped} sees a moment later. Dispose of it to let it go on, should it still be there. */
export interface HaltedProcess extends Disposable {
  readonly pid: number;
}

/**
 * Halts a process, by SIGSTOP: it lives, and does nothing.
 * @param pid such as `session.pid`
 * @throws HoldfastError `process_not_found` when there is none
 */
export function haltProcess(pid: number | null): HaltedProcess {
  const identity = expectProcess(pid);
  signalProcess(identity, "SIGSTOP");
  return { pid: identity.pid, [Symbol.dispose]: () => void signalProcess(identity, "SIGCONT") };
}

function expectProcess(pid: number | null): ProcessIdentity {
  const identity = pid === null ? null : identifyProcess(pid);
  if (identity !== null) return identity;
  throw new HoldfastError({
    code: "process_not_found",
    message: `process ${pid ?? "without an id"}: it has ended, or never was`,
    details: { pid },
  });
}
