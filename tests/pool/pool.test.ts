import {
  HoldfastError,
  Pool,
  type PoolOptions,
  type PoolStatistics,
  Session,
} from "@holdfast/core";
import { FakeRuntime, type FakeRuntimeOptions, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { settle } from "../support/fake-session.ts";

function fakePool(
  options: Omit<PoolOptions, "runtimes"> = {},
  pretend: FakeRuntimeOptions = {},
): { readonly pool: Pool; readonly runtime: FakeRuntime } {
  const runtime = new FakeRuntime({ canWarm: true, ...pretend });
  return { runtime, pool: new Pool({ runtimes: [runtime], pressure: () => 0, ...options }) };
}

const startOptions = { sessionId: "s", env: {}, cwd: "/", startTimeoutMs: 1_000 } as const;

/** What must be true of statistics whenever nothing is on its way. */
function expectSums(now: PoolStatistics): void {
  const discarded = Object.values(now.discarded).reduce((sum, count) => sum + count, 0);
  expect(now.hits + now.misses).toBe(now.acquisitions);
  expect(now.starting + now.ending + now.waiting).toBe(0);
  expect(now.idle + now.leased + now.resetting).toBe(now.size);
  expect(now.created - discarded).toBe(now.size);
}

describe("Pool.acquire()", () => {
  it("gives the same session to the same key, and a clean one to all others [R3.2] [S3-17] [D19]", async () => {
    await using pool = fakePool().pool;
    const first = await pool.acquire({ key: "a" });
    const { id } = first.session;
    expect(first.isFresh).toBe(true);
    await first.release("keep");
    const others = [await pool.acquire({ key: "b" }), await pool.acquire()];
    expect(others.map(({ session }) => session.id)).not.toContain(id);
    await using again = await pool.acquire({ key: "a" });
    expect([again.session.id, again.isFresh]).toEqual([id, false]);
    for (const other of others) await other.release();
  });

  it("puts a session on a warm worker, and warms up another [R3.4] [S3-7] [S0-25] [S0-29]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 2 });
    await using _ = pool;
    await pool.warmedUp();
    expect(pool.statistics).toMatchObject({ warm: 2, size: 2 });
    await using lease = await pool.acquire();
    expect(runtime.warmWorkers.all.map(({ worker }) => worker?.pid)).toContain(lease.session.pid);
    await pool.warmedUp();
    expect(pool.statistics).toMatchObject({ hits: 1, misses: 0, warm: 2, leased: 1 });
    expectSums(pool.statistics);
  });

  it("starts a session where no warm worker suits, and warms up another that may [R3.4]", async () => {
    let suits = false;
    const { pool } = fakePool({ minIdle: 1 }, { suits: () => suits });
    await using _ = pool;
    await pool.warmedUp();
    await using lease = await pool.acquire();
    expect(lease.session.status).toBe("idle");
    expect(pool.statistics).toMatchObject({ hits: 0, misses: 1, discarded: { unsuited: 1 } });
    await pool.warmedUp();
    suits = true;
    await using next = await pool.acquire();
    expect(next.isFresh).toBe(true);
    expect(pool.statistics).toMatchObject({ hits: 1, misses: 1 });
  });

  it("never hands out a warm worker that has died, known or not [F42] [S0-27]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 1 });
    await using _ = pool;
    await pool.warmedUp();
    runtime.warmWorkers.all[0]?.crash();
    await settle();
    await pool.warmedUp();
    expect(pool.statistics).toMatchObject({ warm: 1, discarded: { died: 1 } });
    runtime.warmWorkers.all[1]?.die();
    await using lease = await pool.acquire();
    expect(lease.session.status).toBe("idle");
    expect(pool.statistics).toMatchObject({ hits: 0, misses: 1, discarded: { died: 2 } });
    await pool.warmedUp();
    expectSums(pool.statistics);
  });

  it("does not wait for a warm worker that is stuck [F02]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 1, assignTimeoutMs: 1 });
    await using _ = pool;
    await pool.warmedUp();
    const [warm] = runtime.warmWorkers.all;
    if (warm !== undefined) warm.isStuck = true;
    await using lease = await pool.acquire();
    expect(lease.session.status).toBe("idle");
    expect(pool.statistics.misses).toBe(1);
  });

  it("lets one too many wait until its time is over, or its signal comes [R3.4] [S3-21] [S0-75]", async () => {
    await using pool = fakePool({ maxSessions: 1, minIdle: 0 }).pool;
    const lease = await pool.acquire();
    await expect(pool.acquire({ timeoutMs: 1 })).rejects.toMatchObject({
      code: "deadline_exceeded",
    });
    const abort = new AbortController();
    const waiting = pool.acquire({ signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
    await expect(pool.acquire({ signal: abort.signal })).rejects.toMatchObject({
      code: "cancelled",
    });
    const next = pool.acquire();
    await lease.release();
    await (await next).release();
    expect(pool.statistics).toMatchObject({
      acquisitions: 2,
      timedOut: 1,
      cancelled: 2,
      waits: { count: 1 },
    });
    expectSums(pool.statistics);
  });

  it("serves who waits in the order of the calls [D16]", async () => {
    await using pool = fakePool({ maxSessions: 1, minIdle: 0 }).pool;
    const first = await pool.acquire();
    const served: number[] = [];
    const all = [1, 2, 3].map(async (number) => {
      const lease = await pool.acquire();
      served.push(number);
      await lease.release();
    });
    await first.release();
    await Promise.all(all);
    expect(served).toEqual([1, 2, 3]);
  });

  it("ends a start that nobody waits for any more, and counts it until it is gone [D18]", async () => {
    const { pool, runtime } = fakePool(
      { maxSessions: 1, minIdle: 0 },
      { startsAtOnce: false, heedsAbort: false },
    );
    const abort = new AbortController();
    const opening = pool.acquire({ signal: abort.signal });
    const start = await runtime.starts.take();
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: "cancelled" });
    expect(pool.statistics).toMatchObject({ size: 1, ending: 1 });
    const next = pool.acquire();
    await settle();
    expect(runtime.starts.all).toHaveLength(1);
    const worker = start.ready();
    (await runtime.starts.take()).ready();
    await (await next).release();
    expect(worker.stops).toHaveLength(1);
    await pool.close();
    expectSums(pool.statistics);
  });

  it("refuses what it cannot give, and says what it could [R5.4]", async () => {
    await using pool = fakePool().pool;
    await expect(pool.acquire({ runtime: "cobol" })).rejects.toMatchObject({
      code: "unknown_runtime",
    });
    await expect(pool.acquire({ key: "" })).rejects.toMatchObject({ code: "invalid_request" });
    await expect(pool.acquire({ timeoutMs: Number.NaN })).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(pool.statistics.size).toBeLessThan(2);
  });

  it.each([
    { minIdle: -1 },
    { minIdle: { fake: 0.5 } },
    { maxSessions: 0 },
    { maxPressure: 2 },
    { strategy: "best" as never },
    { checkIntervalMs: 0 },
  ])("Pool refuses %j", (options) => {
    expect(() => fakePool(options)).toThrow(HoldfastError);
  });
});

describe("Lease.release()", () => {
  it("reset gives the key a fresh worker under the same session [R3.2] [A31] [S3-19]", async () => {
    await using pool = fakePool({ minIdle: 0 }).pool;
    const lease = await pool.acquire({ key: "a" });
    const { id, pid } = lease.session;
    await lease.release("reset");
    expect(pool.statistics).toMatchObject({ kept: 1 });
    await using again = await pool.acquire({ key: "a" });
    expect(again.session.id).toBe(id);
    expect(again.session.pid).not.toBe(pid);
  });

  it("discard, and keep or reset without a key, leave nothing of the session [R3.2] [A31]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 0 });
    await using _ = pool;
    for (const mode of ["discard", "keep", "reset"] as const)
      await (await pool.acquire()).release(mode);
    await (await pool.acquire({ key: "a" })).release("discard");
    await (await pool.acquire({ key: "a" })).release();
    expect(runtime.workers.all.map(({ stops }) => stops.length)).toEqual([1, 1, 1, 1, 1]);
    expect(pool.statistics).toMatchObject({ size: 0, discarded: { discarded: 3, reset: 2 } });
  });

  it("is an error when it comes again, and changes nothing for who has the session now [D17]", async () => {
    await using pool = fakePool().pool;
    const first = await pool.acquire({ key: "a" });
    await first.release("keep");
    const second = await pool.acquire({ key: "a" });
    await expect(first.release("discard")).rejects.toMatchObject({ code: "lease_released" });
    expect(() => first.session).toThrow("lease_released");
    await first[Symbol.asyncDispose]();
    expect([second.session.status, pool.statistics.leased]).toEqual(["idle", 1]);
    await second.release();
  });

  it("keep does not keep a session that has lost its worker or was closed [F42]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 0 });
    await using _ = pool;
    const lost = await pool.acquire({ key: "a" });
    (await runtime.workers.take()).crash();
    await settle();
    await lost.release("keep");
    const closed = await pool.acquire({ key: "a" });
    expect(closed.isFresh).toBe(true);
    await closed.session.close();
    await closed.release("keep");
    const kept = await pool.acquire({ key: "a" });
    expect(kept.isFresh).toBe(true);
    await kept.release("keep");
    runtime.workers.all.at(-1)?.crash();
    await settle();
    await using last = await pool.acquire({ key: "a" });
    expect(last.isFresh).toBe(true);
    expect(pool.statistics.discarded.died).toBe(3);
  });

  it("a leased session that loses its worker goes on with a warm one, within its place [R2.1]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 1, maxSessions: 2 });
    await using _ = pool;
    await pool.warmedUp();
    const lease = await pool.acquire();
    await pool.warmedUp();
    runtime.workers.all[0]?.crash();
    await settle();
    const execution = lease.session.execute("more");
    const worker = await runtime.workers.take().then(() => runtime.workers.take());
    (await worker.executions.take()).end();
    await execution.ended;
    expect(worker.pid).toBe(runtime.warmWorkers.all[1]?.pid);
    await pool.warmedUp();
    expect(pool.statistics).toMatchObject({ discarded: { handed_over: 1 }, size: 2 });
    expectSums(pool.statistics);
    await lease.release();
  });
});

describe("Pool.take()", () => {
  it("gives a host's sessions warm workers, which count until they have ended [R3.4]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 1, maxSessions: 2 });
    await using _ = pool;
    await pool.warmedUp();
    const [over] = pool.runtimes;
    if (over === undefined) throw new Error("no runtime");
    const session = await Session.open({ runtime: over });
    expect(session.pid).toBe(runtime.warmWorkers.all[0]?.pid);
    await pool.warmedUp();
    expect(pool.statistics).toMatchObject({ leased: 1, warm: 1, hits: 1 });
    await session.close();
    await settle();
    expect(pool.statistics).toMatchObject({ leased: 0, warm: 1, discarded: { ended: 1 } });
    expectSums(pool.statistics);
  });

  it("passes on why a start failed; one caller's failures shut nobody out [F43]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 0, maxFailures: 1 });
    await using _ = pool;
    for (let i = 0; i < 3; i++) {
      runtime.failNextStart(
        new HoldfastError({ code: "worker_start_failed", message: "no such folder" }),
      );
      await expect(pool.take(runtime, startOptions)).rejects.toThrow("no such folder");
    }
    await using lease = await pool.acquire();
    expect(lease.session.status).toBe("idle");
  });

  it("waits at the limit, for as long as a start may take [R3.4]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 0, maxSessions: 1 });
    await using _ = pool;
    const worker = await pool.take(runtime, startOptions);
    await expect(pool.take(runtime, { ...startOptions, startTimeoutMs: 1 })).rejects.toMatchObject({
      code: "deadline_exceeded",
    });
    const next = pool.take(runtime, startOptions);
    await worker.stop();
    expect((await next).pid).not.toBe(worker.pid);
  });
});

describe("warm-up", () => {
  it("is lazy by option, and begins with the first use, or when it is waited for [R3.5] [S1-16] [S0-25] [S1-17]", async () => {
    const { pool, runtime } = fakePool({ warmUp: "lazy", minIdle: 1 });
    await using _ = pool;
    await settle();
    expect(runtime.warmWorkers.all).toEqual([]);
    await (await pool.acquire()).release();
    await runtime.warmWorkers.take();
    await using other = fakePool({ warmUp: "lazy", minIdle: 3 }).pool;
    await other.warmedUp();
    expect(other.statistics.warm).toBe(3);
  });

  it("retries what fails, with longer and longer waits, reports it, and is never fatal [R3.5] [F43] [D26] [S1-14] [S1-57]", async () => {
    using clock = stopClock();
    const told: number[] = [];
    const { pool, runtime } = fakePool({
      minIdle: 1,
      maxFailures: 3,
      backOffMs: 100,
      onWarmUpFailed: ({ failures }) => {
        told.push(failures);
        throw new Error("of the listener");
      },
    });
    const why = new HoldfastError({ code: "worker_start_failed", message: "exit code 127" });
    for (let i = 0; i < 3; i++) runtime.failNextWarm(why);
    await clock.advance(10);
    await expect(pool.warmedUp()).rejects.toMatchObject({
      code: "worker_start_failed",
      cause: why,
    });
    const lease = await pool.acquire();
    await lease.release();
    await clock.advance(90); // no sooner because that start went well
    expect(told.length).toBeLessThan(3);
    while (told.length < 3) await clock.advance(10);
    expect(told).toEqual([1, 2, 3]);
    expect(pool.statistics).toMatchObject({ warmUpFailures: 3 });
    runtime.failNextStart(why);
    await expect(pool.acquire()).rejects.toThrow("exit code 127");
    await expect(pool.acquire()).rejects.toThrow("exit code 127");
    const refused = await pool.acquire().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "worker_start_failed", details: { runtime: "fake" } });
    await clock.advance(30_000);
    expect(pool.statistics).toMatchObject({
      warm: 1,
      runtimes: { fake: { failures: 0, lastError: null } },
    });
    await pool.close();
    expect(clock.pending).toBe(0);
  });

  it("yields to executions while the machine is busy, but not for ever [R3.5] [S1-9] [S1-57] [S1-58] [R5.7]", async () => {
    using clock = stopClock();
    let [running, pressure] = [1, 1];
    const { pool, runtime } = fakePool(
      {
        minIdle: 4,
        running: () => running,
        pressure: () => pressure,
        maxYieldMs: 500,
        now: () => clock.now,
      },
      { startMs: 10 },
    );
    await clock.advance(499);
    expect(runtime.warmWorkers.all).toHaveLength(0);
    await clock.advance(40);
    expect(runtime.warmWorkers.all).toHaveLength(1); // long enough
    pressure = 0;
    await clock.advance(130);
    expect(runtime.warmWorkers.all).toHaveLength(2); // with a rest behind each
    pressure = 1;
    running = 0;
    await clock.advance(100);
    expect(runtime.warmWorkers.all).toHaveLength(4); // nothing runs that could be starved
    await pool.close();
    expect(clock.pending).toBe(0);
  });

  it("does without warm workers where the runtime has none, or none at the moment", async () => {
    await using plain = fakePool({}, { canWarm: false }).pool;
    await plain.warmedUp();
    await (await plain.acquire()).release();
    const { pool, runtime } = fakePool({ minIdle: 1, maxFailures: 1 });
    await using _ = pool;
    runtime.failNextWarm(
      new HoldfastError({ code: "feature_unsupported", message: "no template" }),
    );
    await expect(pool.warmedUp()).rejects.toThrow("no template");
    await using lease = await pool.acquire();
    expect(lease.session.status).toBe("idle");
  });
});

describe("Pool.close()", () => {
  it("wakes everybody who waits at once, and settles when nothing is left [D16] [R2.7] [S0-69] [S3-16]", async () => {
    const { pool, runtime } = fakePool({ maxSessions: 2, minIdle: 0 });
    const leases = [await pool.acquire({ key: "a" }), await pool.acquire()];
    const waiting = [pool.acquire({ timeoutMs: null }), pool.acquire({ timeoutMs: null })].map(
      (one) => one.catch((error: unknown) => error),
    );
    await settle();
    const closing = pool.close();
    for (const one of await Promise.all(waiting))
      expect(one).toMatchObject({ code: "shutting_down" });
    await closing;
    expect(runtime.workers.all.map(({ stops }) => stops.length)).toEqual([1, 1]);
    for (const lease of leases)
      await expect(lease.release("keep")).rejects.toMatchObject({ code: "lease_released" });
    await expect(pool.acquire()).rejects.toMatchObject({ code: "shutting_down" });
    await expect(pool.warmedUp()).rejects.toMatchObject({ code: "shutting_down" });
    expectSums(pool.statistics);
    expect(pool.statistics.size).toBe(0);
  });

  it("ends what is starting, for somebody or to be warm [R2.7]", async () => {
    const { pool, runtime } = fakePool({ minIdle: 1 }, { startMs: 60_000 });
    const opening = pool.acquire().catch((error: unknown) => error);
    while (runtime.starting < 2) await settle();
    await pool.close();
    expect(await opening).toMatchObject({ code: "shutting_down" });
    expect(pool.statistics).toMatchObject({ size: 0, created: 0 });
  });

  it("drain() waits for what is out, takes nothing new, and lets nobody wait [R2.7]", async () => {
    await using pool = fakePool({ minIdle: 1 }).pool;
    const lease = await pool.acquire({ key: "a" });
    await expect(pool.drain({ timeoutMs: 1 })).rejects.toMatchObject({ code: "deadline_exceeded" });
    const draining = pool.drain();
    await expect(pool.acquire()).rejects.toMatchObject({ code: "shutting_down" });
    expect(lease.session.status).toBe("idle");
    await lease.release("keep");
    await draining;
    expect(pool.statistics.size).toBe(0);
  });
});

describe("health checks", () => {
  it("end a kept session whose worker does not answer, and hand out the others meanwhile [D20] [F02]", async () => {
    using clock = stopClock();
    const { pool, runtime } = fakePool({
      minIdle: 0,
      checkIntervalMs: 10,
      healthTimeoutMs: 100,
      now: () => clock.now,
    });
    const lease = await pool.acquire({ key: "a" });
    const well = await pool.acquire({ key: "b" });
    const [silent, answering] = runtime.workers.all;
    Object.assign(silent ?? {}, { ping: () => new Promise<void>(() => {}) });
    Object.assign(answering ?? {}, { ping: async () => {} });
    await lease.release("keep");
    await well.release("keep");
    await clock.advance(50);
    const again = await pool.acquire({ key: "b" });
    expect(again.isFresh).toBe(false);
    await again.release("keep");
    await clock.advance(100);
    expect(pool.statistics).toMatchObject({ kept: 1, discarded: { unresponsive: 1 } });
    await pool.close();
    expect(clock.pending).toBe(0);
  });

  it("end what is too old or idle for too long [R3.4]", async () => {
    using clock = stopClock();
    const { pool } = fakePool({
      minIdle: 0,
      maxIdleMs: 500,
      maxAgeMs: 2_000,
      checkIntervalMs: 10,
      now: () => clock.now,
    });
    const use = async () => {
      const lease = await pool.acquire({ key: "a" });
      await lease.release("keep");
      return lease.isFresh;
    };
    const seen: boolean[] = [];
    for (let i = 0; i < 6; i++) {
      seen.push(await use());
      await clock.advance(400);
    }
    expect(seen).toEqual([true, false, false, false, false, true]);
    await clock.advance(200);
    expect(pool.statistics).toMatchObject({ kept: 0, discarded: { max_age: 1, max_idle: 1 } });
    await pool.close();
  });
});
