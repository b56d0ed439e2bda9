import { setTimeout } from "node:timers/promises";
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

/**
 * Ends what a guard should have ended: user code may have left it without what it takes to see its tree (prlimit).
 * @returns whether nothing of the tree is left, so that the guard has nothing to wait for
 */
export async function endTree(guardPid: number): Promise<boolean> {
  if (!(await isGuard(guardPid))) return true;
  await stopTree(guardPid);
  const stats = await Promise.all(
    (await descendantsOf(guardPid)).map(async (pid) => ({ pid, stat: await readStat(pid) })),
  );
  const living = stats.filter((one) => one.stat !== null && !one.stat.isZombie);
  for (const { pid } of living) signal(pid, "SIGKILL");
  return living.length === 0;
}

const pollMs = 2;

/**
 * Settles when the process of a guard that says nothing more has ended: its socket closes before that, and only then has what
 * it leaves behind come to those above it. One that does not end in time is ended, with its tree.
 */
export async function guardEnded(pid: number, patienceMs: number): Promise<void> {
  for (const since = performance.now(); await isGuard(pid); await setTimeout(pollMs)) {
    if (performance.now() - since < patienceMs) continue;
    await endTree(pid);
    await killGuard(pid);
  }
}

/** Whether it is a guard of ours, and has not ended. */
async function isGuard(pid: number): Promise<boolean> {
  const stat = await readStat(pid);
  return stat !== null && isKnownGuard(pid, stat.startTicks) && !stat.isZombie;
}

/** Kills a guard, when it is one still. */
export async function killGuard(pid: number): Promise<void> {
  if (await isGuard(pid)) signal(pid, "SIGKILL");
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
