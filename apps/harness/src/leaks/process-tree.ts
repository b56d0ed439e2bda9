import { readFileSync, readdirSync } from "node:fs";

/** A process as `/proc` shows it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  /** In clock ticks since boot: with the pid it names a process for good. */
  readonly startTime: string;
  readonly isZombie: boolean;
  /** Halted, by `SIGSTOP` or by a debugger. */
  readonly isStopped: boolean;
  readonly command: string;
}

/** All processes of this machine that we may see. Linux only. */
export function listProcesses(): readonly ProcessEntry[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    const entry = Number.isInteger(pid) ? findProcess(pid) : null;
    return entry === null ? [] : [entry];
  });
}

/** Those that descend from `pid`, as far as parents are still there. */
export function descendantsOf(pid: number): readonly ProcessEntry[] {
  const all = listProcesses();
  const found: ProcessEntry[] = [];
  const parents = new Set([pid]);
  for (let grew = true; grew;) {
    grew = false;
    for (const entry of all) {
      if (!parents.has(entry.parentPid) || parents.has(entry.pid)) continue;
      parents.add(entry.pid);
      found.push(entry);
      grew = true;
    }
  }
  return found;
}

/** Whether a process runs; one that has ended and was not collected by its parent does not. */
export function isRunning(pid: number): boolean {
  return findProcess(pid)?.isZombie === false;
}

/** What `/proc` shows of one process, `null` when there is none. */
export function findProcess(pid: number): ProcessEntry | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const open = stat.indexOf("(");
    const close = stat.lastIndexOf(")");
    const [state = "", parentPid = "0", ...rest] = stat.slice(close + 2).split(" ");
    return {
      pid,
      parentPid: Number(parentPid),
      startTime: rest[17] ?? "",
      isZombie: state === "Z" || state === "X",
      isStopped: state === "T" || state === "t",
      command: stat.slice(open + 1, close),
    };
  } catch {
    return null; // It has ended meanwhile.
  }
}
