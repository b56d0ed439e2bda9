import { isKnownGuard } from "../telemetry/known-guards.ts";
import { readStat } from "../telemetry/proc-files.ts";
import { descendantsOf } from "../telemetry/process-tree.ts";

// What a process starts between two looks is found by the next one; a tree that grows for longer than this is looked at anew.
const maxPasses = 100;

/**
 * Has a guard go on that was stopped: user code runs as our user, and may signal whatever does. When the guard is to end
 * its tree, that is stopped first, so that nothing of it can do so again. A guard that was not stopped is left alone.
 */
export async function wakeGuard(pid: number, isEnding: boolean): Promise<void> {
  const stat = await readStat(pid);
  if (stat === null || !isKnownGuard(pid, stat.startTicks) || !/[tT]/.test(stat.state)) return;
  if (isEnding) await stopTree(pid);
  signal(pid, "SIGCONT");
}

/** Kills a guard, when it is one still. */
export async function killGuard(pid: number): Promise<void> {
  const stat = await readStat(pid);
  if (stat !== null && isKnownGuard(pid, stat.startTicks)) signal(pid, "SIGKILL");
}

async function stopTree(guardPid: number): Promise<void> {
  const stopped = new Set<number>();
  for (let pass = 0; pass < maxPasses; pass++) {
    const running = (await descendantsOf(guardPid)).filter((pid) => !stopped.has(pid));
    if (running.length === 0) return;
    for (const pid of running) {
      signal(pid, "SIGSTOP");
      stopped.add(pid);
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
