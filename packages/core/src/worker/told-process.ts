import { readFileSync } from "node:fs";
import { isKnownGuard } from "../telemetry/known-guards.ts";
import { parseStat } from "../telemetry/proc-files.ts";

/**
 * Whether a process id that was told by a process of a guard's tree is one of that tree, and no other guard or in the tree of
 * one: whatever else it is, it is not for who told it to have it signalled or looked at.
 */
export function isInTreeOf(guardPid: number, told: number): boolean {
  try {
    for (let at = told; at > 1;) {
      const { parentPid, startTicks } = statOf(at);
      if (isKnownGuard(at, startTicks)) return false;
      if (parentPid === guardPid) return true;
      at = parentPid;
    }
  } catch {
    // It has ended.
  }
  return false;
}

/** Whether a process id that was told is that of a child. */
export function isChildOf(parentPid: number, told: number): boolean {
  try {
    return statOf(told).parentPid === parentPid;
  } catch {
    return false;
  }
}

function statOf(pid: number) {
  return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
}
