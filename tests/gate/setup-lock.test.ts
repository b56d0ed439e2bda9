import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repository } from "../support/repository.ts";
import { mustRun } from "../support/run-command.ts";

const lockModule = pathToFileURL(join(repository, "scripts/setup-lock.mjs")).href;

let folder: string;
let lock: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  lock = join(folder, "lock");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

const acquire = `
  import { appendFileSync } from "node:fs";
  import { acquireSetupLock } from ${JSON.stringify(lockModule)};
  const [lock, log] = process.argv.slice(1);
  const release = await acquireSetupLock(lock, { onWait: ({ pid }) => console.log("waiting for", pid) });
  console.log("acquired");`;

/** A process that takes the lock and keeps it until it is killed; settles when it has it. */
async function holder(): Promise<ChildProcess> {
  const { child, line } = contender();
  expect(await line()).toBe("acquired");
  return child;
}

function contender() {
  const script = `${acquire}\nsetInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, "--", lock], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value as string };
}

test("acquireSetupLock() waits for the owner and tells who it is, until the owner is killed", async () => {
  const owner = await holder();
  const waiter = contender();
  expect(await waiter.line()).toBe(`waiting for ${owner.pid}`);
  owner.kill("SIGKILL");
  expect(await waiter.line()).toBe("acquired");
});

test("acquireSetupLock() lets one in at a time, with a stale lock to begin with", async () => {
  mkdirSync(lock);
  writeFileSync(
    join(lock, "owner.json"),
    JSON.stringify({ pid: 2 ** 30, started: "1", host: hostname() }),
  );
  const log = join(folder, "log");
  const script = `${acquire}
    appendFileSync(log, "in ");
    for (const end = Date.now() + 5; Date.now() < end; ); // long enough for the others to try
    appendFileSync(log, "out\\n");
    release();`;
  const runs = Array.from({ length: 8 }, () =>
    mustRun(process.execPath, ["--input-type=module", "-e", script, "--", lock, log]),
  );
  await Promise.all(runs);
  const { stdout } = await mustRun("cat", [log]);
  expect(stdout).toBe("in out\n".repeat(8));
  expect(readdirSync(folder)).toEqual(["log"]);
});

test("acquireSetupLock() does not take a reused process id for the owner", async () => {
  mkdirSync(lock);
  writeFileSync(
    join(lock, "owner.json"),
    JSON.stringify({ pid: process.pid, started: "1", host: hostname() }),
  );
  const owner = await holder();
  owner.kill("SIGKILL");
  await once(owner, "exit");
  expect(existsSync(lock)).toBe(true);
});
