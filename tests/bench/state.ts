import { type BenchOptions, mustExecute, openSession, scaled } from "./bench-options.ts";
import type { Row } from "./row.ts";
import { atMost } from "./row.ts";
import { type Samples, interleave, median, percentile, timed } from "./samples.ts";

/** What the state of a session as a whole costs: forks, transactions, recovery, checkpoints. */
export async function stateFigures(options: BenchOptions): Promise<readonly Row[]> {
  return [
    ...(await transactions(options)),
    ...(await forks(options)),
    ...(await recovery(options)),
    ...(await checkpoints()),
  ];
}

async function transactions(options: BenchOptions): Promise<readonly Row[]> {
  const session = await openSession("python");
  const once = (code: string, onError: "keep" | "rollback") => async () => {
    await session.execute(code, { onError }).ended;
  };
  const perRound = scaled(10, options);
  const samples = await interleave(
    {
      plain: { once: once("1+1", "keep"), perRound },
      kept: { once: once("1+1", "rollback"), perRound },
      undone: { once: once("1/0", "rollback"), perRound },
    },
    5,
  );
  await session.close();
  const row = (what: string, figures: Samples) => ({
    group: "transactions in Python",
    what,
    unit: "ms" as const,
    ours: median(figures) / 1_000,
    p99: percentile(figures, 0.99) / 1_000,
    limit: median(samples.plain) / 1_000,
  });
  return [
    row("to a good end (limit: without)", samples.kept),
    row("rolled back (limit: without)", samples.undone),
  ];
}

async function forks(options: BenchOptions): Promise<readonly Row[]> {
  const session = await openSession("python");
  await mustExecute(
    session,
    "data = bytearray(100_000_000); data[::4096] = b'x' * len(data[::4096])",
  );
  const samples: number[] = [];
  for (let round = 0; round < scaled(5, options); round++) {
    const ids = Array.from({ length: 10 }, (_, index) => `fork-${round}-${index}`);
    const { ms, value } = await timed(() => session.fork(ids));
    samples.push(ms);
    await mustExecute(value.sessions[9] ?? session, "assert len(data) == 100_000_000");
    await Promise.all(value.sessions.map((fork) => fork.close()));
  }
  await session.close();
  const ours = median(samples);
  return [
    {
      group: "forks of a live session",
      what: "ten of a Python with 100 MB",
      unit: "ms",
      ours,
      p99: percentile(samples, 0.99),
      target: atMost(ours, 500, "ms"),
    },
  ];
}

async function recovery(options: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [runtime, code] of [
    ["bash", ":"],
    ["python", "1+1"],
  ] as const) {
    const session = await openSession(runtime);
    const samples: number[] = [];
    for (let i = 0; i < scaled(20, options); i++) {
      await mustExecute(session, code);
      const { pid } = session;
      if (pid === null) throw new Error("there is no worker to kill");
      const start = performance.now();
      process.kill(pid, "SIGKILL");
      while (session.status !== "lost") await new Promise((done) => setImmediate(done));
      await mustExecute(session, code);
      samples.push(performance.now() - start);
    }
    await session.close();
    const ours = median(samples);
    rows.push({
      group: "worker killed with SIGKILL to the next result",
      what: runtime === "bash" ? "bash" : "Python",
      unit: "ms",
      ours,
      p99: percentile(samples, 0.99),
      peer: runtime === "bash" ? null : "Jupyter 2.6 s, state lost",
      target: atMost(ours, 20, "ms"),
    });
  }
  return rows;
}

async function checkpoints(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const megabytes of [0, 1, 10, 100]) {
    const session = await openSession("python");
    await mustExecute(session, `data = b'x' * ${megabytes * 1_000_000}`);
    const pieces: Buffer[] = [];
    const taken = await timed(() =>
      session.checkpoint(async (piece) => void pieces.push(Buffer.from(piece))),
    );
    async function* state() {
      yield* pieces;
    }
    const restored = await timed(() => session.restore(state()));
    await mustExecute(session, `assert len(data) == ${megabytes * 1_000_000}`);
    await session.close();
    const group = "checkpoint of a Python session, without storage";
    rows.push(
      { group, what: `taken, ${megabytes} MB`, unit: "ms", ours: taken.ms },
      { group, what: `restored, ${megabytes} MB`, unit: "ms", ours: restored.ms },
    );
  }
  return rows;
}
