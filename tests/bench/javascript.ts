import { spawn } from "node:child_process";
import { once } from "node:events";
import { Session, type WarmWorker, type WorkerStartOptions } from "@holdfast/core";
import { type BenchOptions, openSession, runtimes, scaled, sessionEnv } from "./bench-options.ts";
import { type Row, atMost, timesLimit } from "./row.ts";
import { interleave, median, percentile } from "./samples.ts";

const group = "JavaScript";
const code = "1+1";

/** A session in a Node of its own: its executions, and its start from nothing and from a worker that is up. */
export async function javascript(options: BenchOptions): Promise<readonly Row[]> {
  const ends: Promise<unknown>[] = [];
  const after = () => Promise.all(ends.splice(0));
  await using live = await openSession("javascript");
  const warm = await warmWorkers(6 * scaled(4, options));
  const bare = async () => {
    const child = spawn(process.execPath, ["-e", "0"], { stdio: "ignore", env: sessionEnv });
    await once(child, "exit");
  };
  const start = async () => {
    const session = await open();
    ends.push(session.close());
  };
  const assign = async () => {
    const session = await open(async (wanted: WorkerStartOptions) => {
      const worker = warm.pop();
      if (worker === undefined) throw new Error("no warm worker is left");
      return worker.assign(wanted);
    });
    await expectTwo(session);
    ends.push(session.close());
  };
  const samples = await interleave(
    {
      execute: { once: () => expectTwo(live), perRound: scaled(400, options) },
      bare: { once: bare, perRound: scaled(4, options), after },
      start: { once: start, perRound: scaled(4, options), after },
      warm: { once: assign, perRound: scaled(4, options), after },
    },
    5,
  );
  await Promise.all(ends);
  await Promise.all(warm.map((one) => one.stop()));
  const executed = median(samples.execute);
  const [limit, cold, ready] = (["bare", "start", "warm"] as const).map(
    (name) => median(samples[name]) / 1_000,
  ) as [number, number, number];
  return [
    {
      group,
      what: "`1+1` in a live session, in process",
      unit: "us",
      ours: executed,
      p99: percentile(samples.execute, 0.99),
      target: atMost(executed, 150, "us"),
    },
    {
      group,
      what: "a session from nothing (limit: `node -e 0`)",
      unit: "ms",
      ours: cold,
      p99: percentile(samples.start, 0.99) / 1_000,
      limit,
      target: timesLimit(cold, limit, 1.3),
    },
    {
      group,
      what: "warm, to the first result",
      unit: "ms",
      ours: ready,
      p99: percentile(samples.warm, 0.99) / 1_000,
      target: atMost(ready, 1, "ms"),
    },
  ];
}

function open(startWorker?: Parameters<typeof Session.open>[0]["startWorker"]): Promise<Session> {
  return Session.open({
    runtime: runtimes.javascript,
    env: sessionEnv,
    cwd: "/",
    ...(startWorker === undefined ? {} : { startWorker }),
  });
}

async function expectTwo(session: Session): Promise<void> {
  const { result } = await session.execute(code).ended;
  if (result?.repr !== "2") throw new Error(`${code} is ${result?.repr}`);
}

async function warmWorkers(count: number): Promise<WarmWorker[]> {
  const workers: WarmWorker[] = [];
  for (let i = 0; i < count; i++) {
    const worker = await runtimes.javascript.warm?.({ startTimeoutMs: 10_000, env: sessionEnv });
    if (worker === undefined) throw new Error("there are no warm workers of JavaScript");
    workers.push(worker);
  }
  // They go the way of an execution once, when nothing else is to be done.
  await new Promise((done) => setTimeout(done, 500));
  return workers;
}
