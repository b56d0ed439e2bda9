import { Pool, subscribe, telemetryEventNames } from "@holdfast/core";
import { FakeRuntime } from "@holdfast/harness";
import { expect, test } from "vitest";

test("a pool tells what it gives out, takes back, warms and ends [R5.5] [R3.4] [S1-13] [S1-21]", async () => {
  const told: unknown[] = [];
  const offs = telemetryEventNames
    .filter((name) => name.startsWith("pool."))
    .map((name) => subscribe(name, (fields) => told.push({ name, ...fields })));
  const fake = new FakeRuntime({ canWarm: true });
  const pool = new Pool({ runtimes: [fake], minIdle: 1, maxSessions: 1, pressure: () => 0 });
  await pool.warmedUp();
  const lease = await pool.acquire();
  await expect(pool.acquire({ timeoutMs: 1 })).rejects.toMatchObject({ code: "deadline_exceeded" });
  await lease.release("discard");
  await pool.close();
  for (const off of offs) off();
  const runtime = "fake";
  expect(told).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: "pool.warmed", runtime, idle: 1 }),
      expect.objectContaining({ name: "pool.acquired", runtime, isHit: true }),
      expect.objectContaining({ name: "pool.refused", runtime, code: "deadline_exceeded" }),
      { name: "pool.released", runtime, outcome: "discard" },
      expect.objectContaining({ name: "pool.removed" }),
    ]),
  );
});

test("a pool tells of warm-ups that fail [R5.5] [R3.5]", async () => {
  const told: unknown[] = [];
  const off = subscribe("pool.warm_failed", (fields) => told.push(fields));
  const fake = new FakeRuntime({ canWarm: true });
  fake.failNextWarm(new Error("no"));
  const pool = new Pool({ runtimes: [fake], minIdle: 1, pressure: () => 0 });
  await expect(pool.warmedUp()).rejects.toMatchObject({ code: "worker_start_failed" });
  await pool.close();
  off();
  expect(told).toEqual([{ runtime: "fake", code: "internal", attempt: 1 }]);
});
