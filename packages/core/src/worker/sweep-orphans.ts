import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isKnownGuard } from "../telemetry/known-guards.ts";
import { parseStat } from "../telemetry/proc-files.ts";

/** Every guarded process and what it starts has this variable, with its private folder as the value. */
export const workerMarker = "HOLDFAST_WORKER";

/**
 * Does what a guard would have done, when the guard itself was killed: ends the processes that carry its marker and
 * removes its folder. Weaker than the guard: a daemon that emptied its environment is not found. What has a guard that lives,
 * as a worker that was forked from this one has, is that guard's.
 */
export async function sweepOrphans(directory: string): Promise<number> {
  const marker = `${workerMarker}=${directory}\0`;
  let killed = 0;
  for (const name of await processNames()) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "latin1").concat("\0").includes(marker)) continue;
      if (hasGuard(pid)) continue;
      process.kill(pid, "SIGKILL");
      killed++;
    } catch {
      // Gone meanwhile, or not ours to look into.
    }
  }
  await removeFolder(directory);
  return killed;
}

/** Removes the folder of a process, should its guard not have been able to. */
export async function removeLeftFolder(directory: string): Promise<void> {
  if (existsSync(directory)) await removeFolder(directory);
}

async function removeFolder(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true }).catch(() => {});
  await rmdir(dirname(directory)).catch(() => {}); // the last one out; fails while others are in it
}

/** Whether a guard stands above it. @throws Error when it has ended */
function hasGuard(pid: number): boolean {
  for (let at = pid; at > 1;) {
    const { parentPid, startTicks } = parseStat(readFileSync(`/proc/${at}/stat`, "latin1"));
    if (isKnownGuard(at, startTicks)) return true;
    at = parentPid;
  }
  return false;
}

// Where no descriptor is left, there will be some in a while: a worker of ours has just ended.
const retryMs = 100;
const attempts = 50;

async function processNames(): Promise<readonly string[]> {
  for (let attempt = 1; attempt < attempts; attempt++) {
    try {
      return readdirSync("/proc");
    } catch {
      await setTimeout(retryMs);
    }
  }
  return [];
}
