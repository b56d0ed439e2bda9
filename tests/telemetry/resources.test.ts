import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { type ResourceUsage, Session, resourceUsage } from "@holdfast/core";
import { eventually } from "@holdfast/harness";
import { expect, test } from "vitest";
import { openFake } from "../support/fake-session.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };

/** Waits until so many processes run. */
function processes(session: Session, count: number): Promise<boolean> {
  return eventually(async () => (await session.resources())?.processes === count, {
    what: `${count} processes`,
  });
}

async function resources(session: Session): Promise<ResourceUsage> {
  return (await session.resources()) as ResourceUsage;
}

test("Session.resources() counts the shell, what it has started and what was left behind [R5.7]", async () => {
  await using session = await Session.open({ runtime: bashRuntime(), env });
  const alone = await resources(session);
  expect(alone).toMatchObject({ processes: 1, threads: 1 });
  expect(alone.descriptors).toBeGreaterThan(2);
  await session.execute("sleep 1000 & (setsid sleep 1000 &)").ended;
  await processes(session, 3);
  await session.execute("pkill -P $$ sleep").ended;
  await processes(session, 2);
});

test("Session.resources() counts background executions [R5.7]", async () => {
  await using session = await Session.open({ runtime: bashRuntime(), env });
  const before = await resources(session);
  const execution = await session.executeInBackground("sleep 1000");
  await eventually(async () => (await resources(session)).processes > before.processes, {
    what: "a process more",
  });
  await execution.kill();
  await processes(session, before.processes);
});

test("Session.resources() measures processor time, memory, threads and descriptors [R5.7]", async () => {
  await using session = await Session.open({ runtime: pythonRuntime(), env });
  const before = await resources(session);
  await session.execute(`
import threading, time, os
data = bytearray(os.urandom(1 << 20)) * 64
files = [open("/dev/null") for _ in range(20)]
stop = threading.Event()
threads = [threading.Thread(target=stop.wait, daemon=True) for _ in range(5)]
for thread in threads: thread.start()
while time.process_time() < 0.3: pass`).ended;
  const after = await resources(session);
  expect(after.processes).toBe(before.processes);
  expect(after.threads - before.threads).toBe(5);
  expect(after.descriptors - before.descriptors).toBe(20);
  expect(after.memoryBytes - before.memoryBytes).toBeGreaterThan(60 * 1024 ** 2);
  expect(after.cpuMs).toBeGreaterThanOrEqual(290); // ticks of 10 ms
  expect(after.cpuMs).toBeGreaterThan(before.cpuMs);
});

test("Session.resources() counts the time of children that have ended [R5.7]", async () => {
  await using session = await Session.open({ runtime: bashRuntime(), env });
  const before = await resources(session);
  await session.execute("bash -c 'for ((i = 0; i < 200000; i++)); do :; done'").ended;
  expect((await resources(session)).cpuMs).toBeGreaterThan(before.cpuMs);
});

test("a fork of a session is not counted with the one that it came from [R5.7]", async () => {
  const runtime = pythonRuntime();
  const options = { env, cwd: "/", startTimeoutMs: 10_000 };
  await using worker = await runtime.start({ ...options, sessionId: "a" });
  expect(await resourceUsage([worker.pid])).toMatchObject({ processes: 1 });
  const { worker: forked } = (await worker.fork?.({ ...options, sessionId: "b" })) ?? {};
  if (forked === undefined) throw new Error("no fork");
  await using other = forked;
  expect(await resourceUsage([worker.pid])).toMatchObject({ processes: 1 });
  expect(await resourceUsage([other.pid])).toMatchObject({ processes: 1 });
  expect(await resourceUsage([worker.pid, other.pid])).toMatchObject({ processes: 2 });
  await runtime.close?.();
});

test("rss is there where it was asked for, and is not less than pss [R5.7]", async () => {
  await using session = await Session.open({ runtime: pythonRuntime(), env });
  const rss = await session.resources({ memory: "rss" });
  expect(rss?.memoryKind).toBe("rss");
  const { memoryKind, memoryBytes } = await resources(session);
  if (memoryKind === "pss") expect(memoryBytes).toBeLessThanOrEqual(rss?.memoryBytes ?? 0);
});

test("Session.resources() is null for a session without a process", async () => {
  const { session } = await openFake();
  await expect(session.resources()).resolves.toBeNull(); // a fake worker has a pid that no process has
  await session.close();
  await expect(session.resources()).resolves.toBeNull();
});
