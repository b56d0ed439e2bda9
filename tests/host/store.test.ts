import {
  type ExecutionHandle,
  Host,
  type HostOptions,
  MemoryStore,
  Session,
  type Store,
} from "@holdfast/core";
import {
  FakeRuntime,
  type FakeWorker,
  buildSessionRecord,
  collect,
  stopClock,
} from "@holdfast/harness";
import { describe, expect, it, vi } from "vitest";
import { settle } from "../support/fake-session.ts";
import { MoodyStore } from "../support/moody-store.ts";

const features = ["background", "interrupt", "results", "displays"] as const;

interface OpenHost extends AsyncDisposable {
  readonly runtime: FakeRuntime;
  readonly host: Host;
}

/** A host of fake sessions, with what the store has brought back. */
async function open(store: Store, options: Partial<HostOptions> = {}): Promise<OpenHost> {
  const runtime = new FakeRuntime({ name: "fake", features });
  const host = new Host({ runtimes: [runtime], store, ...options });
  await host.open();
  return { runtime, host, [Symbol.asyncDispose]: () => host.close() };
}

/** The next execution of a host's next worker, or of the one that is given. */
async function next({ runtime }: OpenHost, worker?: FakeWorker) {
  return (worker ?? (await runtime.workers.take())).executions.take();
}

/** Makes sure that all that happened is stored: a session that is created is stored behind it. */
async function stored({ host }: OpenHost): Promise<void> {
  const { session } = await host.create({ runtime: "fake" });
  await host.delete(session.id);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  return collect(items);
}

const idsOf = async (executions: AsyncIterable<ExecutionHandle>) =>
  (await all(executions)).map(({ id }) => id);

describe("Host.open() after the end of the host before, of which nobody was told", () => {
  it("lists the sessions as lost with all that was said of them; their first use starts a fresh worker [S2-17] [S2-18]", async () => {
    const store = new MemoryStore();
    const first = await open(store, { env: { HOST: "one" } });
    const { session } = await first.host.create({
      runtime: "fake",
      id: "a",
      labels: { x: "y" },
      env: { NAME: "value" },
      cwd: "/somewhere",
      idleTimeoutMs: 5_000_000,
      executionTimeoutMs: 7_000,
    });
    session.execute("one");
    (await next(first)).end();
    await stored(first);

    await using second = await open(store, { env: { HOST: "two" } });
    const [found] = second.host.list();
    expect(found).toMatchObject({ labels: { x: "y" }, idleTimeoutMs: 5_000_000 });
    expect(found?.session).toMatchObject({
      id: "a",
      status: "lost",
      pid: null,
      createdAt: session.createdAt,
      lastActivityAt: session.lastActivityAt,
      executionCount: 1,
      restarts: 0,
    });
    expect(second.runtime.workers.all).toHaveLength(0);
    const execution = found?.session.execute("two");
    const running = await next(second);
    running.end();
    expect((await execution?.ended)?.status).toBe("ok");
    expect(execution?.timeoutMs).toBe(7_000);
    expect(second.runtime.workers.all[0]?.start).toMatchObject({
      env: { HOST: "two", NAME: "value" },
      cwd: "/somewhere",
    });
    expect(found?.session).toMatchObject({ status: "idle", restarts: 1, executionCount: 2 });
    await first.host.close();
  });

  it("has ended executions whole: record, output and events by number, from anywhere", async () => {
    const store = new MemoryStore();
    const first = await open(store);
    const { session } = await first.host.create({ runtime: "fake", id: "a" });
    const execution = session.execute("code");
    const running = await next(first);
    running.tell({ type: "started", pid: 5 });
    running.print("out\n");
    running.print(Buffer.from([0, 255]), "stderr");
    running.tell({
      type: "display",
      mime: { "a/b": Buffer.from([1]) },
      displayId: null,
      update: false,
    });
    running.tell({ type: "result", repr: "1", value: 1, valueTruncated: false, mime: {} });
    running.end();
    await execution.ended;
    const live = await all(execution.events());
    await stored(first);

    await using second = await open(store);
    const past = await second.host.execution("a", execution.id);
    expect(past.code).toBe("code");
    expect(past.hasEnded).toBe(true);
    expect(withBytes([past.record])).toEqual(withBytes([execution.record]));
    expect([...past.stdout, ...past.stderr]).toEqual([...Buffer.from("out\n"), 0, 255]);
    expect(await all(past.events()).then(withBytes)).toEqual(withBytes(live));
    for (const after of [0, 1, 2, 3, live.length - 1, live.length])
      expect(withBytes(await all(past.events({ after })))).toEqual(withBytes(live.slice(after)));
    past.interrupt();
    await past.kill();
    await expect(past.write("x")).rejects.toMatchObject({ code: "input_not_expected" });
    await first.host.close();
  });

  it("ends what ran or waited as lost, with what was stored, a gap, and an end that no client has seen", async () => {
    const store = new MemoryStore();
    const first = await open(store);
    const { session } = await first.host.create({ runtime: "fake", id: "a" });
    const running = session.execute("runs");
    const waiting = session.execute("waits");
    (await next(first)).print("stored");
    await stored(first);

    await using second = await open(store);
    const lost = await second.host.execution("a", running.id);
    expect(lost.record).toMatchObject({ status: "lost", sessionState: "lost", exitCode: null });
    expect(lost.stdout.toString()).toBe("stored");
    const events = await all(lost.events());
    const end = events.at(-1)?.seq ?? 0;
    expect(events.map(({ type }) => type)).toEqual(["stdout", "gap", "completed"]);
    expect(events[1]).toMatchObject({ fromSeq: 2, toSeq: end - 1 });
    expect(end).toBeGreaterThan(2 ** 32);
    // A client had seen more than was stored: it is told of the rest, and of the end.
    expect((await all(lost.events({ after: 1_000 }))).map(({ type }) => type)).toEqual([
      "gap",
      "completed",
    ]);
    expect((await second.host.execution("a", waiting.id)).record.status).toBe("lost");
    await settle();
    expect(second.runtime.workers.all).toHaveLength(0);
    await first.host.close();
  });

  it("remembers what was closed and what has expired, and has no row of it [D39] [R2.7] [S2-19]", async () => {
    using clock = stopClock();
    const store = new MemoryStore();
    const first = await open(store, { idleTimeoutMs: 1_000 });
    await first.host.create({ runtime: "fake", id: "closed" });
    const { session } = await first.host.create({ runtime: "fake", id: "expired" });
    session.execute("code");
    (await first.runtime.workers.all[1]?.executions.take())?.end();
    await first.host.delete("closed");
    await clock.advance(3_000);

    await using second = await open(store);
    expect(() => second.host.get("closed")).toThrow(
      expect.objectContaining({ code: "session_closed" }),
    );
    expect(() => second.host.get("expired")).toThrow(
      expect.objectContaining({ code: "session_expired" }),
    );
    expect((await store.sessions()).records).toEqual([]);
    expect((await store.executions("expired", { limit: 9 })).records).toEqual([]);
    await clock.advance(86_400_000);
    await second.host.open();
    expect(() => second.host.get("closed")).toThrow(
      expect.objectContaining({ code: "session_not_found" }),
    );
    await clock.advance(60_000);
    expect((await store.tombstones()).records).toEqual([]);
    await first.host.close();
  });

  it("lets time go on: a session that was idle for too long meanwhile expires [R5.2]", async () => {
    using clock = stopClock();
    const store = new MemoryStore();
    const first = await open(store, { idleTimeoutMs: 100_000 });
    await first.host.create({ runtime: "fake", id: "short" });
    await first.host.create({ runtime: "fake", id: "long", idleTimeoutMs: 1_000_000 });
    await first.host.close();
    await clock.advance(200_000);
    await using second = await open(store);
    await clock.advance(1_000);
    expect(second.host.list().map(({ session }) => session.id)).toEqual(["long"]);
    expect(second.host.get("long").expiresAt).toBe(1_000_000);
  });

  it("takes a clock that was set back for what it is: nothing lives longer than it says [F31]", async () => {
    const store = new MemoryStore();
    {
      using later = stopClock(10_000_000);
      const first = await open(store);
      const { expiresAt } = await first.host.create({
        runtime: "fake",
        id: "a",
        idleTimeoutMs: 1_000,
      });
      expect(expiresAt).toBe(later.now + 1_000);
      await first.host.close();
    }
    using clock = stopClock(5_000_000);
    await using second = await open(store);
    expect(second.host.get("a").expiresAt).toBe(5_001_000);
    await clock.advance(2_000);
    expect(second.host.list()).toEqual([]);
  });

  it("shows a session of a runtime that is not there any more; it cannot run", async () => {
    const store = new MemoryStore();
    await store.write([
      { type: "session", record: buildSessionRecord({ id: "a", runtime: "cobol" }) },
    ]);
    await using test = await open(store);
    const { session } = test.host.get("a");
    expect([session.runtime.name, session.status]).toEqual(["cobol", "lost"]);
    const { status, error } = await session.execute("code").ended;
    expect([status, error?.name, error?.message]).toEqual([
      "lost",
      "runtime_unavailable",
      expect.stringContaining("cobol"),
    ]);
  });

  it("tells of rows that it cannot read, and brings back the others [D32]", async () => {
    const store = new MemoryStore();
    const good = buildSessionRecord({ id: "good" });
    await store.write([
      { type: "session", record: { ...good, id: "bad", restarts: -1 } },
      { type: "session", record: good },
    ]);
    const told: string[] = [];
    await using test = await open(store, { onStoreError: (error) => told.push(error.message) });
    expect(test.host.list().map(({ session }) => session.id)).toEqual(["good"]);
    expect(told).toEqual([expect.stringMatching(/session bad.*restarts/)]);
  });

  it("is waited for by create(), so that an id which is stored is taken", async () => {
    const store = new MemoryStore();
    await store.write([{ type: "session", record: buildSessionRecord({ id: "a" }) }]);
    await using host = new Host({ runtimes: [new FakeRuntime()], store });
    await expect(host.create({ runtime: "fake", id: "a" })).rejects.toMatchObject({
      code: "session_exists",
    });
  });
});

describe("Host.close() with a store", () => {
  it("leaves the sessions to the next host, and what ran as interrupted [S2-16]", async () => {
    const store = new MemoryStore();
    const first = await open(store);
    const { session } = await first.host.create({ runtime: "fake", id: "a" });
    const execution = session.execute("code");
    await first.host.close();
    await using second = await open(store);
    expect(second.host.get("a").session.status).toBe("lost");
    expect((await second.host.execution("a", execution.id)).record.status).toBe("interrupted");
    expect((await execution.ended).status).toBe("interrupted");
  });
});

describe("Host.executions()", () => {
  it("goes from what is in memory to what is stored, newest first, from any of them, with maxHistory kept of the hosts before", async () => {
    const store = new MemoryStore();
    const first = await open(store);
    const { session } = await first.host.create({ runtime: "fake", id: "a" });
    const worker = await first.runtime.workers.take();
    for (const id of ["1", "2", "3"]) {
      session.execute("code", { id });
      (await worker.executions.take()).end();
    }
    await stored(first);
    await using second = await open(store, { session: { maxHistory: 2 } });
    const again = second.host.get("a").session;
    const fresh = (id: string) => again.execute("code", { id });
    fresh("4");
    const secondWorker = await second.runtime.workers.take();
    (await next(second, secondWorker)).end();
    for (const id of ["5", "6"]) {
      fresh(id);
      (await next(second, secondWorker)).end();
    }
    await stored(second);
    expect(again.executions.map(({ id }) => id)).toEqual(["5", "6"]);
    expect(await idsOf(second.host.executions("a"))).toEqual(["6", "5", "4", "3", "2"]);
    expect(await idsOf(second.host.executions("a", { before: "5" }))).toEqual(["4", "3", "2"]);
    expect(await idsOf(second.host.executions("a", { before: "3" }))).toEqual(["2"]);
    await expect(all(second.host.executions("a", { before: "none" }))).rejects.toMatchObject({
      code: "execution_not_found",
    });
    await expect(second.host.execution("a", "none")).rejects.toMatchObject({
      code: "execution_not_found",
    });
    await first.host.close();
  });
});

describe("recording", () => {
  it("leaves no row of 200 sessions that came and went, nor of one that is not to be recorded [R2.7]", async () => {
    const store = new MemoryStore();
    await using test = await open(store);
    for (let i = 0; i < 200; i++) {
      const { session } = await test.host.create({ runtime: "fake", id: `s${i}` });
      session.execute("code");
      (await next(test)).print("x");
      await test.host.delete(session.id);
    }
    const { session } = await test.host.create({ runtime: "fake", persist: false });
    session.execute("code");
    (await next(test)).end();
    await stored(test);
    await settle();
    expect((await store.sessions()).records).toEqual([]);
    expect((await store.unfinished()).records).toEqual([]);
  });

  it("is not waited for: executions run and end while the store takes its time", async () => {
    const store = new MoodyStore();
    await using test = await open(store);
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    const worker = await test.runtime.workers.take();
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    for (let i = 0; i < 50; i++) {
      const execution = session.execute("code");
      (await next(test, worker)).end();
      expect((await execution.ended).status).toBe("ok");
    }
    gate.resolve();
    await stored(test);
    expect((await store.executions("a", { limit: 100 })).records).toHaveLength(50);
  });

  it("writes short executions together: 200 take a few transactions, not 200", async () => {
    const store = new MoodyStore();
    await using test = await open(store);
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    const worker = await test.runtime.workers.take();
    const before = store.writes;
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    for (let i = 0; i < 200; i++) {
      const execution = session.execute("code");
      (await next(test, worker)).end();
      await execution.ended;
    }
    gate.resolve();
    await stored(test);
    expect(store.writes - before).toBeLessThan(20);
    expect((await store.executions("a", { limit: 1_000 })).records).toHaveLength(200);
  });

  it("goes on without a store that fails, says so once, and catches up when it works again [F24]", async () => {
    using clock = stopClock();
    const store = new MoodyStore();
    const told: string[] = [];
    await using test = await open(store, { onStoreError: ({ code }) => told.push(code) });
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    expect(test.host.recording).toEqual({ isDegraded: false, error: null, lossCount: 0 });
    store.isFull = true;
    const execution = session.execute("code");
    const running = await next(test);
    running.print("before");
    await clock.advance(5_000);
    expect(test.host.recording).toMatchObject({
      isDegraded: true,
      error: { code: "store_unavailable" },
    });
    running.print(" and after");
    running.end();
    expect((await execution.ended).status).toBe("ok");
    const { session: other } = await test.host.create({ runtime: "fake", id: "b" });
    expect(other.status).toBe("idle");
    await clock.advance(5_000);
    expect(told).toEqual(["store_unavailable"]);
    store.isFull = false;
    await clock.advance(1_500);
    expect(test.host.recording).toMatchObject({ isDegraded: false, error: null });
    await using second = await open(store);
    const past = await second.host.execution("a", execution.id);
    expect(past.stdout.toString()).toBe("before and after");
    expect(second.host.get("b").session.status).toBe("lost");
  });

  it("keeps no value of standard input or of the execution's environment", async () => {
    const store = new MemoryStore();
    await using test = await open(store);
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    const execution = session.execute("code", { stdin: "SECRET-1", env: { TOKEN: "SECRET-2" } });
    (await next(test)).end();
    await stored(test);
    const kept = await store.execution("a", execution.id);
    expect(kept?.code).toBe("code");
    expect(JSON.stringify(kept)).not.toContain("SECRET");
  });
});

describe("HostOptions.onExpiring", () => {
  it("is called once before a session expires, and again when that was put off [R5.2]", async () => {
    using clock = stopClock();
    const told: [string, number | null][] = [];
    const runtime = new FakeRuntime({ name: "fake", features });
    await using host = new Host({
      runtimes: [runtime],
      idleTimeoutMs: 100_000,
      expiryNoticeMs: 10_000,
      onExpiring: ({ session, expiresAt }) => told.push([session.id, expiresAt]),
    });
    const { session } = await host.create({ runtime: "fake", id: "a" });
    await clock.advance(89_000);
    expect(told).toEqual([]);
    await clock.advance(5_000);
    expect(told).toEqual([["a", 100_000]]);
    session.execute("code");
    (await (await runtime.workers.take()).executions.take()).end();
    await clock.advance(50_000);
    expect(host.size).toBe(1);
    await clock.advance(48_000);
    expect(told).toEqual([
      ["a", 100_000],
      ["a", 194_000],
    ]);
    await clock.advance(3_000);
    expect(host.size).toBe(0);
  });

  it("comes at half the time of a session whose idle timeout is shorter than the notice", async () => {
    using clock = stopClock();
    const told: number[] = [];
    await using host = new Host({
      runtimes: [new FakeRuntime()],
      onExpiring: () => told.push(clock.now),
    });
    await host.create({ runtime: "fake", idleTimeoutMs: 10_000 });
    await clock.advance(9_000);
    expect(told).toEqual([5_000]);
  });
});

describe("Host.execute() with an idempotency key", () => {
  const key = { idempotencyKey: "k" };

  it.each([
    ["with a store", () => new MemoryStore()],
    ["without one", () => null],
  ])(
    "%s runs once: a repeat is the first execution, while it runs and after that [F45]",
    async (_name, make) => {
      const store = make();
      const runtime = new FakeRuntime({ name: "fake", features });
      await using host = new Host({ runtimes: [runtime], ...(store === null ? {} : { store }) });
      await host.create({ runtime: "fake", id: "a" });
      const worker = await runtime.workers.take();
      const [one, two] = await Promise.all([
        host.execute("a", "code", key),
        host.execute("a", "code", key),
      ]);
      expect(two).toBe(one);
      (await worker.executions.take()).end();
      await one.ended;
      expect(await host.execute("a", "code", key)).toBe(one);
      const other = await host.execute("a", "code", { idempotencyKey: "other" });
      expect(other.id).not.toBe(one.id);
      expect(host.get("a").session.executionCount).toBe(2);
    },
  );

  it.each([
    ["other code", "CODE", {}],
    ["other input", "code", { stdin: "x" }],
    ["another timeout", "code", { timeoutMs: 5 }],
    ["another variable", "code", { env: { A: "2", B: "1" } }],
    ["another directory", "code", { cwd: "/" }],
    ["the background", "code", { background: true }],
    ["a transaction", "code", { onError: "rollback" as const }],
  ])("refuses a repeat with %s, and runs nothing [A69]", async (_name, code, changes) => {
    await using test = await open(new MemoryStore());
    await test.host.create({ runtime: "fake", id: "a" });
    const first = await test.host.execute("a", "code", { env: { A: "1", B: "1" }, ...key });
    await expect(
      test.host.execute("a", code, { env: { A: "1", B: "1" }, ...changes, ...key }),
    ).rejects.toMatchObject({
      code: "idempotency_conflict",
      details: { idempotencyKey: "k", executionId: first.id },
    });
    // The order of names says nothing, nor does a default that is written out.
    const same = { env: { B: "1", A: "1" }, background: false, allowInput: false };
    expect(await test.host.execute("a", "code", { ...same, ...key })).toBe(first);
    expect(test.host.get("a").session.executionCount).toBe(1);
  });

  it("forgets no more keys than it has to, the oldest first, and looks through the history once [F45]", async () => {
    const runtime = new FakeRuntime({ name: "fake", features });
    await using host = new Host({ runtimes: [runtime], session: { maxHistory: 3 } });
    const { session } = await host.create({ runtime: "fake", id: "a" });
    const worker = await runtime.workers.take();
    const run = async (idempotencyKey?: string) => {
      const options = idempotencyKey === undefined ? {} : { idempotencyKey };
      const [execution, driven] = await Promise.all([
        host.execute("a", "code", options),
        worker.executions.take(),
      ]);
      driven.end();
      await execution.ended;
      return execution;
    };
    const looks = vi.spyOn(Session.prototype, "executions", "get");
    const firsts = [await run("k1"), await run("k2"), await run("k3")];
    for (let i = 0; i < 6; i++) await run(); // the session has forgotten all three
    expect(looks).toHaveBeenCalledTimes(0);
    await run("k4");
    expect(looks).toHaveBeenCalledTimes(1);
    for (const [index, idempotencyKey] of ["k1", "k2", "k3"].entries()) {
      if (index === 0) continue;
      expect(await host.execute("a", "code", { idempotencyKey })).toBe(firsts[index]);
    }
    expect(await run("k1")).not.toBe(firsts[0]);
    expect(session.executionCount).toBe(11);
    looks.mockRestore();
  });

  it("belongs to its session", async () => {
    await using test = await open(new MemoryStore());
    for (const id of ["a", "b"]) await test.host.create({ runtime: "fake", id });
    const [one, two] = await Promise.all(
      ["a", "b"].map((id) => test.host.execute(id, "code", key)),
    );
    expect(one?.id).not.toBe(two?.id);
  });

  it("is written before the code runs; after a crash the answer is the lost execution, which is not run again", async () => {
    const store = new MemoryStore();
    const first = await open(store);
    await first.host.create({ runtime: "fake", id: "a" });
    const worker = await first.runtime.workers.take();
    const [execution] = await Promise.all([
      first.host.execute("a", "code", key),
      worker.executions.take().then(async () => {
        const [intent] = (await store.executions("a", { limit: 1 })).records;
        expect(intent?.idempotency?.key).toBe("k");
      }),
    ]);

    await using second = await open(store);
    const again = await second.host.execute("a", "code", key);
    expect([again.id, again.record.status]).toEqual([execution.id, "lost"]);
    await expect(second.host.execute("a", "other", key)).rejects.toMatchObject({
      code: "idempotency_conflict",
    });
    await settle();
    expect(second.runtime.workers.all).toHaveLength(0);
    await first.host.close();
  });

  it("after a restart answers with the first execution and its output", async () => {
    const store = new MemoryStore();
    const first = await open(store);
    await first.host.create({ runtime: "fake", id: "a" });
    const execution = await first.host.execute("a", "code", key);
    const running = await next(first);
    running.print("once");
    running.end();
    await execution.ended;
    await first.host.close();
    await using second = await open(store);
    const again = await second.host.execute("a", "code", key);
    expect([again.id, again.record.status, again.stdout.toString()]).toEqual([
      execution.id,
      "ok",
      "once",
    ]);
    expect(second.host.get("a").session.status).toBe("lost");
  });

  it("is free again when the execution was refused", async () => {
    const store = new MemoryStore();
    await using test = await open(store, { session: { maxQueuedExecutions: 0 } });
    await test.host.create({ runtime: "fake", id: "a" });
    const blocking = test.host.get("a").session.execute("blocks");
    await expect(test.host.execute("a", "code", key)).rejects.toMatchObject({ code: "queue_full" });
    const worker = await test.runtime.workers.take();
    (await worker.executions.take()).end();
    await blocking.ended;
    const execution = await test.host.execute("a", "code", key);
    (await worker.executions.take()).end();
    expect((await execution.ended).status).toBe("ok");
  });

  it("is free again when the execution was refused, and the store failed in that moment", async () => {
    const store = new MoodyStore();
    await using test = await open(store, { session: { maxQueuedExecutions: 0 } });
    await test.host.create({ runtime: "fake", id: "a" });
    const blocking = test.host.get("a").session.execute("blocks");
    const claim = store.claim.bind(store);
    store.claim = async (execution) => {
      const earlier = await claim(execution);
      store.isFull = true;
      return earlier;
    };
    await expect(test.host.execute("a", "code", key)).rejects.toMatchObject({ code: "queue_full" });
    store.claim = claim;
    await expect(test.host.execute("a", "code", key)).rejects.toMatchObject({
      code: "store_unavailable",
    });
    store.isFull = false;
    const worker = await test.runtime.workers.take();
    (await worker.executions.take()).end();
    await blocking.ended;
    const execution = await test.host.execute("a", "code", key);
    (await worker.executions.take()).end();
    expect((await execution.ended).status).toBe("ok");
  });

  it("is refused while the store cannot take it, without running anything; without a key code runs", async () => {
    const store = new MoodyStore();
    await using test = await open(store);
    await test.host.create({ runtime: "fake", id: "a" });
    store.isFull = true;
    await expect(test.host.execute("a", "code", key)).rejects.toMatchObject({
      code: "store_unavailable",
    });
    expect(test.host.get("a").session.executionCount).toBe(0);
    const execution = await test.host.execute("a", "code");
    (await next(test)).end();
    expect((await execution.ended).status).toBe("ok");
    store.isFull = false;
    expect((await test.host.execute("a", "code", key)).hasEnded).toBe(false);
  });

  it.each(["", "x".repeat(256), "a\nb", "ä"])("refuses the key %j", async (idempotencyKey) => {
    await using test = await open(new MemoryStore());
    await test.host.create({ runtime: "fake", id: "a" });
    await expect(test.host.execute("a", "code", { idempotencyKey })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("works in the background too", async () => {
    await using test = await open(new MemoryStore());
    await test.host.create({ runtime: "fake", id: "a" });
    const one = await test.host.execute("a", "code", { background: true, ...key });
    expect(await test.host.execute("a", "code", { background: true, ...key })).toBe(one);
    expect(one.record.isBackground).toBe(true);
  });
});

/** Byte strings as arrays: a view and a buffer of the same bytes are the same event. */
function withBytes(events: readonly object[]): unknown {
  return JSON.parse(
    JSON.stringify(events, (_key, value: unknown) => {
      if (value instanceof Uint8Array) return [...value];
      const isBuffer = typeof value === "object" && value !== null && "data" in value;
      return isBuffer ? value.data : value;
    }),
  );
}
