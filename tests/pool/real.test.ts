import { readFileSync } from "node:fs";
import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import {
  ForkSocket,
  GuardedProcess,
  Host,
  Pool,
  type PoolOptions,
  type Runtime,
  type Session,
} from "@holdfast/core";
import { eventually, expectNoLeaks, holdings, leaksSince } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { isAlive } from "../support/session-run.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LANG: "C.UTF-8" };

const languages = [
  {
    name: "bash",
    create: (): Runtime => bashRuntime(),
    set: "x=100",
    look: 'echo "${x:-none}"',
    none: "none",
  },
  {
    name: "python",
    create: (): Runtime => pythonRuntime(),
    set: "x = 100",
    look: "print(globals().get('x', 'none'))",
    none: "none",
  },
] as const;

async function print(session: Session, code: string): Promise<string> {
  const execution = session.execute(code);
  await execution.ended;
  return execution.stdout.toString().trim();
}

/** A pool that is closed with its runtime, and leaves nothing behind. */
async function withPool(
  runtime: Runtime,
  options: Omit<PoolOptions, "runtimes">,
  use: (pool: Pool) => Promise<void>,
): Promise<void> {
  const before = holdings();
  const pool = new Pool({ env, cwd: "/tmp", ...options, runtimes: [runtime] });
  try {
    await use(pool);
  } finally {
    await pool.close();
    await runtime.close?.();
  }
  await expectNoLeaks(before);
}

describe.each(languages)(
  "a pool of real $name",
  { timeout: 120_000 },
  ({ create, set, look, none }) => {
    it("keeps state under a key, and shows it to nobody else [R3.2] [S3-17] [A31] [S3-10] [S3-14] [S3-19] [S3-29]", async () => {
      await withPool(create(), { minIdle: 1 }, async (pool) => {
        const first = await pool.acquire({ key: "a" });
        await print(first.session, set);
        await first.release("keep");
        await using other = await pool.acquire();
        expect(await print(other.session, look)).toBe(none);
        const again = await pool.acquire({ key: "a" });
        expect(await print(again.session, look)).toBe("100");
        await again.release("reset");
        await using reset = await pool.acquire({ key: "a" });
        expect(await print(reset.session, look)).toBe(none);
      });
    });

    it("hits to over 80 % and never passes maxSessions under 1,000 acquisitions at once [R3.4] [S3-7] [S3-8] [S0-26] [R6.3]", async () => {
      await withPool(
        create(),
        { minIdle: 4, maxSessions: 12, acquireTimeoutMs: null },
        async (pool) => {
          const runtimeHasWarm = Object.values(pool.statistics.runtimes).some(
            ({ minIdle }) => minIdle > 0,
          );
          await pool.warmedUp();
          expect(pool.statistics.warm).toBe(runtimeHasWarm ? 4 : 0);
          const counts = new Map<string, number>();
          let most = 0;
          await Promise.all(
            Array.from({ length: 1_000 }, async (_, index) => {
              const key = `user${index % 10}`;
              const lease = await pool.acquire({ key });
              most = Math.max(most, pool.statistics.size);
              const nth = (counts.get(key) ?? 0) + 1;
              counts.set(key, nth);
              const code =
                create().name === "bash"
                  ? "echo $((n += 1))"
                  : "n = globals().get('n', 0) + 1; print(n)";
              expect(await print(lease.session, code)).toBe(String(nth));
              await lease.release("keep");
            }),
          );
          expect(most).toBeLessThanOrEqual(12);
          const { acquisitions, hits, misses, hitRate, size, leased } = pool.statistics;
          expect([acquisitions, hits + misses, leased]).toEqual([1_000, 1_000, 0]);
          expect(hitRate).toBeGreaterThan(0.8);
          expect(size).toBeLessThanOrEqual(12);
        },
      );
    });

    it("hands out no warm worker that was killed a moment ago, and replaces it [F42]", async ({
      skip,
    }) => {
      const runtime = create();
      skip(runtime.warm === undefined, "no warm workers");
      const pids: number[] = [];
      const watched: Runtime = {
        name: runtime.name,
        inspect: () => runtime.inspect(),
        start: (options) => runtime.start(options),
        close: async () => runtime.close?.(),
        warm: async (options) => {
          const warm = await (runtime.warm as NonNullable<Runtime["warm"]>)(options);
          pids.push(warm.pid);
          return warm;
        },
      };
      await withPool(watched, { minIdle: 2 }, async (pool) => {
        await pool.warmedUp();
        for (const pid of pids) process.kill(pid, "SIGKILL");
        const leases = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
        for (const { session } of leases) expect(await print(session, look)).toBe(none);
        await eventually(async () => pool.statistics.warm === 2, { what: "replacement" });
        const killed = pids.slice(0, 2);
        for (const pid of killed) expect(await isAlive(pid)).toBe(false);
        for (const { session } of leases) expect(killed).not.toContain(session.pid);
        expect(pool.statistics.discarded.died).toBe(2);
      });
    });
  },
);

describe("a pool of real bash and Python", { timeout: 120_000 }, () => {
  it("warms up 8 interpreters, one at a time, while commands run and all come right [R3.5] [S1-9] [S1-12] [S0-25] [S1-13]", async () => {
    const before = holdings();
    const python = pythonRuntime();
    let [starting, most] = [0, 0];
    const watched: Runtime = {
      name: "python",
      inspect: () => python.inspect(),
      start: (options) => python.start(options),
      warm: async (options) => {
        most = Math.max(most, ++starting);
        try {
          return await (python.warm as NonNullable<Runtime["warm"]>).call(python, options);
        } finally {
          starting--;
        }
      },
    };
    const pool = new Pool({
      runtimes: [bashRuntime(), watched],
      minIdle: { python: 8 },
      warmUp: "lazy",
      env,
      maxYieldMs: 200,
    });
    const lease = await pool.acquire({ runtime: "bash" });
    let isWarm = false;
    const warming = pool.warmedUp().then(() => (isWarm = true));
    let count = 0;
    while (!isWarm) expect(await print(lease.session, `echo ${++count}`)).toBe(String(count));
    await warming;
    expect(most).toBe(1);
    expect(pool.statistics.runtimes["python"]).toMatchObject({ warm: 8, failures: 0 });
    await lease.release();
    await pool.close();
    await python.close?.();
    await expectNoLeaks(before);
  });

  it("an abandoned fork that is the last to go leaves no folder behind [R2.7]", async () => {
    const before = holdings();
    const parent = await GuardedProcess.start({
      command: "/bin/sleep",
      args: ["1000"],
      env: {},
      cwd: "/",
      fifos: [],
      startTimeoutMs: 30_000,
    });
    const socket = await ForkSocket.open(parent);
    const fork = socket.expect([]);
    await parent.stop();
    await socket.close();
    await eventually(() => !leaksSince(before).some((leak) => leak.startsWith("processes")), {
      what: "the end of the guard",
    });
    fork.abandon();
    await expectNoLeaks(before);
  });

  it.each([
    ["raises", "x = 2; 1/0"],
    ["loses its worker", "x = 2; import os; os._exit(1)"],
  ])(
    "keeps a session whose transaction %s, and watches the fork it goes on in [R3.2] [F42]",
    async (_, code) => {
      const python = pythonRuntime();
      await using pool = new Pool({ runtimes: [python], minIdle: 0, env });
      const first = await pool.acquire({ key: "k" });
      const { pid } = first.session;
      await first.session.execute("x = 1").ended;
      const { sessionState } = await first.session.execute(code, { onError: "rollback" }).ended;
      expect(sessionState).toBe("restored");
      await eventually(async () => !(await isAlive(pid ?? 0)), {
        what: "the end of the first worker",
      });
      await first.release("keep");
      const second = await pool.acquire({ key: "k" });
      expect([second.isFresh, await print(second.session, "print(x)")]).toEqual([false, "1"]);
      const { pid: forked } = second.session;
      await second.release("keep");
      process.kill(forked ?? 0, "SIGKILL");
      await eventually(() => pool.statistics.kept === 0, { what: "the end of what was kept" });
      await pool.close();
      await python.close?.();
    },
  );

  it("warms up for the environment of its sessions, whatever its own is [R3.4]", async ({
    skip,
  }) => {
    const python = pythonRuntime();
    skip(python.warm === undefined, "no warm workers");
    await using pool = new Pool({
      runtimes: [python],
      minIdle: 1,
      env: { ...env, LANG: "C", LC_MESSAGES: "C.UTF-8" },
    });
    await pool.warmedUp();
    const lease = await pool.acquire();
    expect(await print(lease.session, "import os; print(os.environ['LC_MESSAGES'])")).toBe(
      "C.UTF-8",
    );
    expect(pool.statistics).toMatchObject({ hits: 1, misses: 0 });
    await lease.release();
    await pool.close();
    await python.close?.();
  });

  it("serves a host: sessions start on warm workers, and a lost one is followed by a warm one [R3.4] [R2.1]", async ({
    skip,
  }) => {
    const python = pythonRuntime();
    skip(python.warm === undefined, "no warm workers");
    const before = holdings();
    const pool = new Pool({ runtimes: [python], minIdle: 2, env });
    await pool.warmedUp();
    const host = new Host({ runtimes: pool.runtimes, env });
    const { session } = await host.create({ runtime: "python", cwd: "/tmp" });
    expect(await print(session, "import os; print(os.getcwd())")).toBe("/tmp");
    expect(readFileSync(`/proc/${session.pid}/cmdline`, "utf8")).toContain("python");
    process.kill(session.pid ?? 0, "SIGKILL");
    await eventually(() => session.status === "lost", { what: "the end of the worker" });
    expect(await print(session, "print(1)")).toBe("1");
    expect(pool.statistics).toMatchObject({ hits: 2, misses: 0, leased: 1 });
    await host.close();
    await eventually(() => pool.statistics.leased === 0, { what: "the end of the worker" });
    await pool.close();
    await python.close?.();
    await expectNoLeaks(before);
  });
});
