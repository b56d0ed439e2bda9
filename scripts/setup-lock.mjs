// One set-up at a time in a checkout. Plain Node >= 18: it runs before anything is installed.
import { mkdirSync, readFileSync, renameSync, rmSync, rmdirSync, statSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** How often a waiter looks, in milliseconds; the owner may be killed, so nothing can be relied on to tell it. */
const lookEveryMs = 100;
/** The few synchronous calls under the breaker lock take far less than this; an older one was left by a kill. */
const breakerMaxAgeMs = 10_000;

/**
 * Takes the lock, waiting for its owner if there is one; an owner that no longer lives is not waited for.
 *
 * The lock is a folder with a file that says who owns it. It appears under its name in one step (rename), so no lock is
 * ever seen without its owner. A stale one is taken away under a second lock, by a process that has looked again, so
 * that two waiters cannot both take it away, the second one from the new owner.
 *
 * @param {string} path the folder that is the lock; its parent is made when missing
 * @param {{ onWait?: (owner: { pid: number }) => void, shouldStop?: () => boolean }} [options]
 *   `onWait` is called once, when there is someone to wait for
 * @returns {Promise<() => void>} gives the lock back
 */
export async function acquireSetupLock(path, { onWait, shouldStop } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  let isWaiting = false;
  while (!tryTake(path)) {
    const owner = readOwner(path);
    if (owner !== null && !isAlive(owner)) breakStale(path);
    else {
      if (!isWaiting && owner !== null) {
        isWaiting = true;
        onWait?.(owner);
      }
      if (shouldStop?.()) throw new Error("stopped while waiting for another set-up");
      await delay(lookEveryMs);
    }
  }
  return () => remove(path);
}

function tryTake(path) {
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  mkdirSync(mine);
  const owner = { pid: process.pid, started: startTime(process.pid), host: hostname() };
  writeFileSync(join(mine, "owner.json"), JSON.stringify(owner));
  try {
    renameSync(mine, path); // fails while there is a lock: a folder that is not empty is not replaced
    return true;
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    if (!["ENOTEMPTY", "EEXIST", "EPERM", "EACCES"].includes(error.code)) throw error;
    return false;
  }
}

/** Who owns the lock; `null` when it was given back meanwhile. */
function readOwner(path) {
  try {
    return JSON.parse(readFileSync(join(path, "owner.json"), "utf8"));
  } catch {
    return null;
  }
}

function isAlive({ pid, started, host }) {
  if (host !== hostname()) return true; // a folder shared between machines: it cannot be known from here
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
  const now = startTime(pid);
  return started === null || now === null || now === started; // else the number was given to another process
}

/** When a process started, in clock ticks since boot; `null` where there is no /proc. */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return null;
  }
}

function breakStale(path) {
  const breaker = `${path}.breaker`;
  try {
    mkdirSync(breaker);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    try {
      if (Date.now() - statSync(breaker).mtimeMs > breakerMaxAgeMs) rmdirSync(breaker);
    } catch {
      // The other one is done.
    }
    return;
  }
  try {
    const owner = readOwner(path);
    if (owner !== null && !isAlive(owner)) remove(path);
  } finally {
    rmdirSync(breaker);
  }
}

/** In one step: a folder that is emptied under its name could be taken before it is removed. */
function remove(path) {
  const aside = `${path}.${process.pid}.removed`;
  renameSync(path, aside);
  rmSync(aside, { recursive: true, force: true });
}
