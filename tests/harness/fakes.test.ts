import { HoldfastError, Pool } from "@holdfast/core";
import { FakeRuntime, FakeWarmWorker, FakeWorker } from "@holdfast/harness";
import { expect, test } from "vitest";

test("a pool of fake workers hands out the one that waits, and makes another [R9.2]", async () => {
  const runtime = new FakeRuntime({ canWarm: true });
  await using pool = new Pool({ runtimes: [runtime], minIdle: 1 });
  const warm = await runtime.warmWorkers.take();
  expect(warm).toBeInstanceOf(FakeWarmWorker);
  const lease = await pool.acquire();
  expect(warm.worker).toBeInstanceOf(FakeWorker);
  expect(lease.session.pid).toBe(warm.pid);
  await runtime.warmWorkers.take();
  expect(runtime.workers.all).toEqual([warm.worker]);
});

test("a fake runtime fails a start as it is told, and the caller hears of it [R9.2]", async () => {
  const runtime = new FakeRuntime({ name: "mine" });
  const why = new HoldfastError({ code: "worker_start_failed", message: "no memory" });
  runtime.failNextStart(why);
  await using pool = new Pool({ runtimes: [runtime], minIdle: 0 });
  await expect(pool.acquire({ timeoutMs: 50 })).rejects.toThrow("no memory");
});
