import { readFileSync } from "node:fs";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { kibibytes, msPerTick, parseStat, read, readStat } from "./proc-files.ts";
import { treeOf } from "./process-tree.ts";

/** A process that a session has started. */
export interface SessionProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** The command line, at most 4,096 characters of it; the name in brackets where there is none. */
  readonly command: string;
  readonly state: "running" | "sleeping" | "waiting" | "stopped" | "zombie";
  /** Milliseconds since the epoch, to about a second. */
  readonly startedAt: number;
  /** Processor time so far, user and system, in milliseconds. */
  readonly cpuMs: number;
  /** Resident; what is shared counts in full. */
  readonly memoryBytes: number;
  /**
   * What it belongs to, where that is sure: a background execution, or for the worker itself what runs in the
   * foreground. `null` for all else, such as jobs that may have been left by an earlier execution.
   */
  readonly executionId: string | null;
}

/** Where a tree of processes begins. */
export interface ProcessRoot {
  readonly pid: number;
  readonly executionId: string | null;
  /** Whether all that it starts is of that execution. */
  readonly isExecution: boolean;
}

const maxCommandLength = 4096;

/** The processes of these trees, daemons that they left behind too. Reads `/proc` once. Linux only. */
export async function sessionProcesses(
  roots: readonly ProcessRoot[],
): Promise<readonly SessionProcess[]> {
  const bootTime = await bootTimeMs();
  const trees = await Promise.all(
    roots.map(async (root) => {
      const { pids } = await treeOf(root.pid);
      return Promise.all(
        pids.map((pid) => {
          const isOf = root.isExecution || pid === root.pid;
          return describe(pid, isOf ? root.executionId : null, bootTime);
        }),
      );
    }),
  );
  return trees.flat().filter((one) => one !== null);
}

/**
 * Signals a process of these trees. It is compared by its start time, right before, so that a process id that was given
 * to somebody else meanwhile is left alone.
 * @throws HoldfastError `process_not_found`
 */
export async function signalProcess(
  roots: readonly ProcessRoot[],
  pid: number,
  signal: NodeJS.Signals,
): Promise<void> {
  const before = await readStat(pid);
  const trees = await Promise.all(roots.map((root) => treeOf(root.pid)));
  const isKnown = trees.some(({ pids }) => pids.includes(pid));
  if (before === null || !isKnown || !signalIfSame(pid, before.startTicks, signal)) {
    throw new HoldfastError({
      code: "process_not_found",
      message: `process ${pid}: none of the session`,
      details: { pid },
    });
  }
}

/** At once, without a turn in between. */
function signalIfSame(pid: number, startTicks: number, signal: NodeJS.Signals): boolean {
  try {
    if (parseStat(readFileSync(`/proc/${pid}/stat`, "latin1")).startTicks !== startTicks)
      return false;
    return process.kill(pid, signal);
  } catch {
    return false; // it has ended
  }
}

async function describe(
  pid: number,
  executionId: string | null,
  bootTime: number,
): Promise<SessionProcess | null> {
  const [stat, line, status] = await Promise.all([
    readStat(pid),
    read(`/proc/${pid}/cmdline`, "utf8"),
    read(`/proc/${pid}/status`),
  ]);
  if (stat === null) return null;
  const command = (line ?? "").replaceAll("\0", " ").trim();
  return {
    pid,
    parentPid: stat.parentPid,
    command: command === "" ? `[${stat.command}]` : command.slice(0, maxCommandLength),
    state: stateOf(stat.state),
    startedAt: bootTime + stat.startTicks * msPerTick,
    cpuMs: stat.ownTicks * msPerTick,
    memoryBytes: kibibytes(status, "VmRSS") ?? 0,
    executionId,
  };
}

function stateOf(letter: string): SessionProcess["state"] {
  switch (letter) {
    case "R":
      return "running";
    case "D":
      return "waiting";
    case "T":
    case "t":
      return "stopped";
    case "Z":
    case "X":
      return "zombie";
    default:
      return "sleeping";
  }
}

async function bootTimeMs(): Promise<number> {
  const found = /^btime (\d+)$/m.exec((await read("/proc/stat")) ?? "");
  return Number(found?.[1] ?? 0) * 1000;
}
