import { readFileSync } from "node:fs";
import { isKnownGuard } from "../telemetry/known-guards.ts";
import { type ProcessStat, parseStat } from "../telemetry/proc-files.ts";

// A process that forks twice leaves one parent that ends; a chain that breaks more often is made to.
const maxWalks = 10;

/**
 * Whether a process id that was told by a process of a guard's tree is one of that tree, and no other guard or in the tree of
 * one: whatever else it is, it is not for who told it to have it signalled or looked at.
 * @param statOf reads a process, `null` when it has ended. @default from `/proc`
 */
export function isInTreeOf(guardPid: number, told: number, statOf = readStat): boolean {
  for (let walk = 0; walk < maxWalks; walk++) {
    const isIn = walkUp(guardPid, told, statOf);
    if (isIn !== "broken") return isIn;
  }
  return false;
}

/** Whether a process id that was told is that of a child. */
export function isChildOf(parentPid: number, told: number): boolean {
  return readStat(told)?.parentPid === parentPid;
}

/** `broken`: a parent on the way has ended, and its children have another one by now. */
function walkUp(
  guardPid: number,
  told: number,
  statOf: (pid: number) => ProcessStat | null,
): boolean | "broken" {
  for (let at = told; at > 1;) {
    const stat = statOf(at);
    if (stat === null) return at === told ? false : "broken";
    if (isKnownGuard(at, stat.startTicks)) return false;
    if (stat.parentPid === guardPid) return true;
    at = stat.parentPid;
  }
  return false;
}

function readStat(pid: number): ProcessStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return null;
  }
}
