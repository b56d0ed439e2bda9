import { readFileSync } from "node:fs";
import { parseStat } from "./proc-files.ts";

/** Start times, in clock ticks, by process id. */
const guards = new Map<number, number>();

const minEntries = 64;
let pruneAt = minEntries;

/** Notes that a process is a guard that was started for us. */
export function rememberGuard(pid: number): void {
  const startTicks = startTicksOf(pid);
  if (startTicks === null) return; // it has ended
  guards.set(pid, startTicks);
  if (guards.size < pruneAt) return;
  for (const [known, ticks] of guards) if (startTicksOf(known) !== ticks) guards.delete(known);
  pruneAt = Math.max(minEntries, 2 * guards.size);
}

/**
 * Whether a process is a guard that was started for us. Not told by its name: user code gives its processes what name it
 * likes. A process id that was used again is another process by its start time.
 */
export function isKnownGuard(pid: number, startTicks: number): boolean {
  return guards.get(pid) === startTicks;
}

function startTicksOf(pid: number): number | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1")).startTicks;
  } catch {
    return null;
  }
}
