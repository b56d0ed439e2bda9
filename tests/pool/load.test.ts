import { Pool, type PoolStatistics } from "@holdfast/core";
import { FakeRuntime, type FakeClock, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";

/** What counts against `maxSessions`, looked at whenever a worker comes up or goes. */
function watch(pool: Pool): { most: number; readonly look: () => PoolStatistics } {
  const seen = {
    most: 0,
    look: () => {
      const now = pool.statistics;
      seen.most = Math.max(seen.most, now.size);
      return now;
    },
  };
  return seen;
}

/** Lets the clock go on until the work is done. */
async function run<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  while (!isDone) await clock.advance(1);
  return done;
}

describe("1,000 acquisitions at once, on a clock of the test's", () => {
  it.each(["affinity", "lifo", "fifo", "least-used"] as const)(
    "with %s hit to over 80 %, never pass maxSessions, and all get their session [R3.4] [S3-7] [S3-8]",
    async (strategy) => {
      using clock = stopClock();
      const runtime = new FakeRuntime({ canWarm: true, startMs: 20 });
      await using pool = new Pool({
        runtimes: [runtime],
        minIdle: 8,
        maxSessions: 32,
        strategy,
        acquireTimeoutMs: null,
        pressure: () => 0,
        now: () => clock.now,
      });
      await run(clock, pool.warmedUp());
      const seen = watch(pool);
      const holders = new Map<string, number>();
      const all = Array.from({ length: 1_000 }, async (_, index) => {
        const lease = await pool.acquire({ key: `user ${index % 25}` });
        const { session } = lease;
        holders.set(session.id, (holders.get(session.id) ?? 0) + 1);
        expect(holders.get(session.id)).toBe(1);
        seen.look();
        await new Promise((done) => setTimeout(done, 1 + (index % 7)));
        holders.set(session.id, 0);
        await lease.release("keep");
      });
      seen.look();
      await run(clock, Promise.all(all));
      expect(seen.most).toBe(32);
      const { acquisitions, hits, misses, hitRate, waits } = pool.statistics;
      expect([acquisitions, hits + misses]).toEqual([1_000, 1_000]);
      expect(hitRate).toBeGreaterThan(0.8);
      expect(waits.count).toBeGreaterThan(900);
      await run(clock, pool.close());
      expect([pool.statistics.size, clock.pending]).toEqual([0, 0]);
    },
  );

  it("without keys never pass maxSessions either, and nobody gets a session that was used [D18] [A31] [S0-26]", async () => {
    using clock = stopClock();
    const runtime = new FakeRuntime({ canWarm: true, startMs: 20 });
    await using pool = new Pool({
      runtimes: [runtime],
      minIdle: 8,
      maxSessions: 32,
      acquireTimeoutMs: null,
      pressure: () => 0,
    });
    const seen = watch(pool);
    const ids = new Set<string>();
    const all = Array.from({ length: 1_000 }, async () => {
      await using lease = await pool.acquire();
      ids.add(lease.session.id);
      seen.look();
    });
    seen.look();
    await run(clock, Promise.all(all));
    expect([ids.size, seen.most]).toEqual([1_000, 32]);
    await run(clock, pool.close());
  });

  it("hits with clean sessions too, as long as they come no faster than workers get warm [R3.4]", async () => {
    using clock = stopClock();
    const runtime = new FakeRuntime({ canWarm: true, startMs: 20 });
    await using pool = new Pool({
      runtimes: [runtime],
      minIdle: 8,
      maxSessions: 32,
      pressure: () => 0,
    });
    await run(clock, pool.warmedUp());
    const all: Promise<void>[] = [];
    for (let i = 0; i < 1_000; i++) {
      all.push(pool.acquire().then((lease) => lease.release()));
      await clock.advance(25);
    }
    await Promise.all(all);
    expect(pool.statistics.hitRate).toBeGreaterThan(0.99);
    await run(clock, pool.close());
  });
});

/** Two processors that all that runs shares alike: how much longer than alone a command takes when so many starts are under way. */
function slowdown(starts: number, processors: number): number {
  return Math.max(1, (starts + 1) / processors);
}

describe("8 interpreters that warm up, on a clock of the test's", () => {
  it.each([1, 2])(
    "keep commands within twice their time, with %i processors [R3.5] [S1-9] [D26]",
    async (processors) => {
      using clock = stopClock();
      const runtime = new FakeRuntime({ canWarm: true, startMs: 50 });
      await using pool = new Pool({
        runtimes: [runtime],
        minIdle: 8,
        running: () => 1,
        // A start and a command on one processor: something waits. On two: nothing does.
        pressure: () => (slowdown(runtime.starting, processors) > 1 ? 1 : 0),
        now: () => clock.now,
      });
      const times: number[] = [];
      while (runtime.warmWorkers.all.length < 8) {
        times.push(slowdown(runtime.starting, processors));
        await clock.advance(1);
      }
      expect(runtime.mostStarting).toBe(1);
      expect(Math.max(...times)).toBeLessThanOrEqual(2);
      // A start is followed by a rest nine times as long, so most commands are not touched at all.
      const touched = times.filter((one) => one > 1).length / times.length;
      expect(touched).toBeLessThan(0.15);
      await pool.warmedUp();
      await pool.close();
    },
  );
});
