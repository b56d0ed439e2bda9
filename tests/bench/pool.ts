import { Pool, type Session } from "@holdfast/core";
import {
  type BenchOptions,
  mustExecute,
  openSession,
  runtimes,
  scaled,
  sessionEnv,
} from "./bench-options.ts";
import { peers } from "./peers.ts";
import { type Row, atMost, timesLimit } from "./row.ts";
import { median, percentile, timed } from "./samples.ts";

const group = "pool";

const options = { env: sessionEnv, session: { maxHistory: 10 } } as const;

/** Sessions out of a pool: the first result on a warm worker, many acquisitions at once, and what warm-up costs what runs. */
export async function poolFigures(bench: BenchOptions): Promise<readonly Row[]> {
  return [...(await warmStarts(bench)), ...(await manyAtOnce(bench)), await warmUpCost(bench)];
}

/** From the call to the first result; the pool is warm again in between, outside of the clock. */
async function warmStarts(bench: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of ["bash", "python"] as const) {
    if (runtimes[name].warm === undefined) continue;
    await using pool = new Pool({ ...options, runtimes: [runtimes[name]], minIdle: 1 });
    const code = name === "bash" ? ":" : "1+1";
    const samples: number[] = [];
    const ends: Promise<void>[] = [];
    await (await pool.acquire()).release(); // what is warmed up from now on is like what is asked for
    for (let i = 0; i < scaled(100, bench); i++) {
      await pool.warmedUp();
      const start = performance.now();
      const lease = await pool.acquire();
      await mustExecute(lease.session, code);
      samples.push(performance.now() - start);
      ends.push(lease.release());
    }
    await Promise.all(ends);
    if (pool.statistics.misses > 1) throw new Error(`${pool.statistics.misses} misses`);
    const ours = median(samples);
    rows.push({
      group,
      what: `warm ${name === "bash" ? "bash" : "Python"} session to first result`,
      unit: "ms",
      ours,
      p99: percentile(samples, 0.99),
      peer: name === "bash" ? peers.bashStart : peers.pythonStart,
      target: atMost(ours, 1, "ms"),
    });
  }
  return rows;
}

/** 1,000 acquisitions at once of 10 keys over at most 12 sessions, each with an execution, all state kept. */
async function manyAtOnce(bench: BenchOptions): Promise<readonly Row[]> {
  const maxSessions = 12;
  await using pool = new Pool({
    ...options,
    runtimes: [runtimes.bash],
    minIdle: 4,
    maxSessions,
    acquireTimeoutMs: null,
  });
  await pool.warmedUp();
  const count = scaled(1_000, bench);
  let most = 0;
  const { ms } = await timed(() =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const lease = await pool.acquire({ key: `key ${index % 10}` });
        most = Math.max(most, pool.statistics.size);
        await mustExecute(lease.session, ":");
        await lease.release("keep");
      }),
    ),
  );
  const { hitRate } = pool.statistics;
  if (most > maxSessions || hitRate <= 0.8)
    throw new Error(`${most} sessions at a time, hit rate ${hitRate}`);
  return [
    {
      group,
      what: `${count} acquisitions at once over ${maxSessions} sessions, each with an execution`,
      unit: "per s",
      ours: (count / ms) * 1_000,
    },
  ];
}

/** `:` in a live session while 8 interpreters warm up, against the same while nothing does, in turns. */
async function warmUpCost(bench: BenchOptions): Promise<Row> {
  const session = await openSession("bash");
  const quiet: number[] = [];
  const warming: number[] = [];
  for (let round = 0; round < scaled(10, bench); round++) {
    const pool = new Pool({
      ...options,
      runtimes: [runtimes.python],
      minIdle: 8,
      running: () => 1,
      warmUp: "lazy",
    });
    let isWarm = false;
    const warmed = pool.warmedUp().finally(() => (isWarm = true));
    while (!isWarm) warming.push(await once(session));
    await warmed;
    await pool.close();
    for (let i = 0; i < 500; i++) quiet.push(await once(session));
  }
  await session.close();
  const [ours, limit] = [percentile(warming, 0.99), percentile(quiet, 0.99)];
  return {
    group,
    what: "p99 of `:` while 8 Pythons warm up (limit: while nothing does)",
    unit: "us",
    ours,
    limit,
    target: timesLimit(ours, limit, 2),
  };
}

async function once(session: Session): Promise<number> {
  const start = performance.now();
  await mustExecute(session, ":");
  return (performance.now() - start) * 1_000;
}
