import { type ExecutionEvent, HoldfastError, type RecoverySource, Session } from "@holdfast/core";
import { type FakeOperation, FakeRuntime, type FakeWorker, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { driven, openFake, settle } from "../support/fake-session.ts";

const pretend = {
  features: ["interrupt", "checkpoint", "fork", "namespace", "completion"],
} as const;

async function collectEvents(events: AsyncIterable<ExecutionEvent>): Promise<ExecutionEvent[]> {
  const all: ExecutionEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const open = (options: Parameters<typeof openFake>[0] = {}) => openFake(options, pretend);

/** A checkpoint that is there, or not. */
function recoveryFrom(pieces: string[] | null): RecoverySource {
  return {
    hasCheckpoint: pieces !== null,
    async *open() {
      for (const piece of pieces ?? []) yield Buffer.from(piece);
    },
  };
}

async function asked(worker: FakeWorker, method: string): Promise<FakeOperation> {
  const operation = await worker.operations.take();
  expect(operation.method).toBe(method);
  return operation;
}

describe("an operation", () => {
  it("takes its turn among the executions, in the order in which they came [R1.7]", async () => {
    await using test = await open();
    const first = test.session.execute("1");
    const variables = test.session.variables();
    const second = test.session.execute("2");
    const one = await driven(test.worker);
    await settle();
    expect(test.worker.operations.all).toHaveLength(0);
    one.end();
    const operation = await asked(test.worker, "variables");
    expect([test.session.status, second.record.status]).toEqual(["busy", "queued"]);
    operation.resolve([]);
    expect(await variables).toEqual([]);
    (await driven(test.worker)).end();
    await Promise.all([first.ended, second.ended]);
    expect([test.session.status, test.session.executionCount]).toEqual(["idle", 2]);
  });

  it("passes on what it was given and what it comes to [R8.1]", async () => {
    await using test = await open();
    const { session, worker } = test;
    const calls = [
      [
        session.variables({ names: ["x"], withValues: true }),
        "variables",
        [{ names: ["x"], withValues: true }],
      ],
      [session.setVariable("x", [1]), "setVariable", ["x", [1]]],
      [session.deleteVariables(["x"]), "deleteVariables", [["x"]]],
      [session.modules(), "modules", []],
      [session.complete("pri", 3), "complete", ["pri", 3]],
      [session.inspect("print", 5), "inspect", ["print", 5]],
    ] as const;
    for (const [result, method, given] of calls) {
      const operation = await asked(worker, method);
      expect(operation.arguments).toEqual(given);
      operation.resolve(method);
      expect(await result).toBe(method);
    }
  });

  it("that fails leaves the session as it is", async () => {
    await using test = await open();
    const checkpoint = test.session.checkpoint(async () => {});
    (await asked(test.worker, "checkpoint")).reject(new Error("no"));
    await expect(checkpoint).rejects.toThrow("no");
    expect(test.session.status).toBe("idle");
  });

  it("that the runtime does not have is refused with its feature", async () => {
    await using test = await openFake({}, { features: [] });
    for (const [call, feature] of [
      [test.session.fork(), "fork"],
      [test.session.checkpoint(async () => {}), "checkpoint"],
      [test.session.variables(), "namespace"],
      [test.session.complete("", 0), "completion"],
    ] as const)
      await expect(call).rejects.toMatchObject({
        code: "feature_unsupported",
        details: { feature },
      });
    expect(test.session.status).toBe("idle");
  });

  it("ends when its worker does, and the next execution has a fresh one [R2.1] [D8]", async () => {
    await using test = await open();
    const checkpoint = test.session.checkpoint(async () => {});
    await asked(test.worker, "checkpoint");
    test.worker.crash();
    await expect(checkpoint).rejects.toMatchObject({ code: "worker_lost" });
    const execution = test.session.execute("1");
    (await driven(await test.runtime.workers.take())).end();
    expect((await execution.ended).status).toBe("ok");
  });

  it.each(["restart", "close"] as const)(
    "that runs or waits ends when there is a %s [D8]",
    async (method) => {
      await using test = await open();
      const running = test.session.fork();
      const waiting = test.session.modules();
      await asked(test.worker, "fork");
      await Promise.all([
        expect(running).rejects.toMatchObject({ code: "worker_lost" }),
        expect(waiting).rejects.toMatchObject({ code: "cancelled" }),
        test.session[method](),
      ]);
    },
  );

  it("that comes to no end is given up with its worker, and says of which session [R2.4] [R5.4] [S2-31]", async () => {
    using clock = stopClock();
    await using test = await open({ operationTimeoutMs: 300, heartbeatIntervalMs: null });
    const variables = test.session.variables();
    await asked(test.worker, "variables");
    test.session.interrupt(); // is for executions
    await Promise.all([
      expect(variables).rejects.toMatchObject({
        code: "deadline_exceeded",
        message: expect.stringContaining(`session ${test.session.id}:`),
      }),
      clock.advance(300),
    ]);
    expect(test.worker.stops).toEqual([{}]);
    await settle();
    expect([test.session.status, clock.pending]).toEqual(["lost", 0]);
  });

  it("that finds its worker lost has it ended, and the next execution has a fresh one [R2.1] [A09]", async () => {
    await using test = await open();
    const checkpoint = test.session.checkpoint(async () => {});
    const next = test.session.execute("1");
    const lost = new HoldfastError({ code: "worker_lost", message: "its files are gone" });
    (await asked(test.worker, "checkpoint")).reject(lost);
    await expect(checkpoint).rejects.toBe(lost);
    (await driven(await test.runtime.workers.take())).end();
    expect((await next.ended).status).toBe("ok");
    expect(test.worker.stops).toHaveLength(1);
  });

  it("that comes to its end when its worker is being killed gives that no other one [R2.1] [R2.4]", async () => {
    using clock = stopClock();
    const options = { operationTimeoutMs: 300, heartbeatIntervalMs: null };
    await using test = await openFake(options, { ...pretend, stopsAtOnce: false });
    const variables = test.session.variables();
    const operation = await asked(test.worker, "variables");
    const next = test.session.execute("1");
    await Promise.all([
      expect(variables).rejects.toMatchObject({ code: "deadline_exceeded" }),
      clock.advance(300),
    ]);
    operation.resolve([]);
    await settle();
    test.worker.crash({ signal: "SIGKILL" });
    const fresh = await test.runtime.workers.take();
    (await driven(fresh)).end();
    expect((await next.ended).status).toBe("ok");
    fresh.crash(); // it does not stop at once
  });

  it("is refused by a session that is closed, or whose queue is full", async () => {
    await using test = await open({ maxQueuedExecutions: 0 });
    test.session.execute("1");
    await expect(test.session.modules()).rejects.toMatchObject({ code: "queue_full" });
    await test.session.close();
    await expect(test.session.modules()).rejects.toMatchObject({ code: "session_closed" });
  });
});

describe("Session.fork()", () => {
  it("gives sessions in every respect, each with a worker that was forked", async () => {
    await using test = await open({ env: { A: "1" }, cwd: "/tmp", executionTimeoutMs: 5_000 });
    const forking = test.session.fork(["a", "b"]);
    for (const id of ["a", "b"]) {
      const operation = await asked(test.worker, "fork");
      expect(operation.arguments[0]).toMatchObject({ sessionId: id, env: { A: "1" }, cwd: "/tmp" });
      const worker = await test.runtime.start(operation.arguments[0] as never);
      operation.resolve({ worker, skipped: [{ name: "t", reason: "a thread" }] });
    }
    const { sessions, skipped } = await forking;
    expect(skipped).toEqual([{ name: "t", reason: "a thread" }]);
    expect(sessions.map(({ id, parentId, status }) => [id, parentId, status])).toEqual([
      ["a", test.session.id, "idle"],
      ["b", test.session.id, "idle"],
    ]);
    expect(sessions[0]?.execute("1").timeoutMs).toBe(5_000);
    await Promise.all(sessions.map((session) => session.close()));
    expect(test.session.status).toBe("idle");
  });

  it("gives all or none: what was forked is ended when one fails", async () => {
    await using test = await open();
    const forking = test.session.fork(["a", "b"]);
    const first = await asked(test.worker, "fork");
    const worker = await test.runtime.start(first.arguments[0] as never);
    first.resolve({ worker, skipped: [] });
    (await asked(test.worker, "fork")).reject(
      new HoldfastError({ code: "worker_start_failed", message: "no process" }),
    );
    await expect(forking).rejects.toMatchObject({ code: "worker_start_failed" });
    expect(worker.stops).toHaveLength(1);
  });

  it("gives ones that start afresh when they lose their worker", async () => {
    await using test = await open();
    const forking = test.session.fork(["a"]);
    const operation = await asked(test.worker, "fork");
    const worker = await test.runtime.start(operation.arguments[0] as never);
    operation.resolve({ worker, skipped: [] });
    const [child] = (await forking).sessions;
    worker.crash();
    await settle();
    const execution = child?.execute("1");
    await test.runtime.workers.take();
    (await driven(await test.runtime.workers.take())).end();
    expect((await execution?.ended)?.status).toBe("ok");
    await child?.close();
  });
});

describe("a session with a checkpoint", () => {
  it("goes on from it when its worker is lost, and says so [R7.3] [S0-13]", async () => {
    await using test = await open({ recovery: recoveryFrom(["a", "b"]) });
    const execution = test.session.execute("1");
    await driven(test.worker);
    test.worker.crash();
    expect(await execution.ended).toMatchObject({ status: "lost", sessionState: "restored" });
    const next = test.session.execute("2");
    const fresh = await test.runtime.workers.take();
    const restore = await asked(fresh, "restore");
    const pieces: string[] = [];
    for await (const piece of restore.arguments[0] as AsyncIterable<Buffer>)
      pieces.push(piece.toString());
    expect(pieces).toEqual(["a", "b"]);
    expect(next.record.status).toBe("queued");
    restore.resolve({ skipped: [] });
    (await driven(fresh)).end();
    expect(await next.ended).toMatchObject({ status: "ok", sessionState: "kept" });
  });

  it("tells once when that cannot be restored, and then starts afresh: it never pretends", async () => {
    await using test = await open({ recovery: recoveryFrom(["x"]) });
    test.worker.crash();
    await settle();
    const next = test.session.execute("2");
    (await asked(await test.runtime.workers.take(), "restore")).reject(
      new HoldfastError({ code: "checkpoint_invalid", message: "torn" }),
    );
    expect(await next.ended).toMatchObject({
      status: "lost",
      sessionState: "lost",
      error: { name: "checkpoint_invalid", message: expect.stringContaining("torn") },
    });
    const after = test.session.execute("3");
    (await driven(await test.runtime.workers.take())).end();
    expect((await after.ended).status).toBe("ok");
  });

  it("starts from it where that is asked for, and afresh after a restart", async () => {
    const runtime = new FakeRuntime(pretend);
    const opening = Session.open({ runtime, recovery: recoveryFrom(["x"]), isRestored: true });
    const worker = await runtime.workers.take();
    (await asked(worker, "restore")).resolve({ skipped: [] });
    await using session = await opening;
    await session.restart();
    expect((await runtime.workers.take()).operations.all).toEqual([]);
  });

  it("is lost with its worker where there is none", async () => {
    await using test = await open({ recovery: recoveryFrom(null) });
    const execution = test.session.execute("1");
    await driven(test.worker);
    test.worker.crash();
    expect(await execution.ended).toMatchObject({ status: "lost", sessionState: "lost" });
  });
});

describe("a worker that does not answer", () => {
  it("is killed after heartbeatTimeoutMs, and what ran ends as lost [R2.3] [F02]", async () => {
    using clock = stopClock();
    await using test = await openFake(
      { heartbeatIntervalMs: 100, heartbeatTimeoutMs: 250 },
      { ...pretend, hasHeartbeats: true },
    );
    const { worker } = test;
    const execution = test.session.execute("1");
    await driven(worker);
    for (let i = 0; i < 10; i++) {
      await clock.advance(100);
      worker.pings.all.at(-1)?.resolve({ cpuMs: 0 });
    }
    expect([worker.stops.length, execution.record.status]).toEqual([0, "running"]);
    await clock.advance(500);
    expect(worker.stops).toEqual([{}]);
    expect(await execution.ended).toMatchObject({ status: "lost", signal: "SIGKILL" });
  });
});

describe("heartbeats", () => {
  const beating = { ...pretend, hasHeartbeats: true };

  it("are events of who asks for them, numbered as the one before, and never kept [R2.3] [S0-36] [S0-37]", async () => {
    using clock = stopClock();
    await using test = await openFake({ heartbeatIntervalMs: 100 }, beating);
    const execution = test.session.execute("1");
    const running = await driven(test.worker);
    const wanted = collectEvents(execution.events({ heartbeats: true }));
    const others = collectEvents(execution.events());
    running.print("a");
    for (const cpuMs of [30, 60]) {
      await clock.advance(100);
      test.worker.pings.all.at(-1)?.resolve({ cpuMs });
      await settle();
    }
    running.end();
    await execution.ended;
    expect(await wanted).toEqual([
      { seq: 1, type: "stdout", bytes: Buffer.from("a") },
      { seq: 1, type: "heartbeat", cpuMs: 30 },
      { seq: 1, type: "heartbeat", cpuMs: 60 },
      expect.objectContaining({ seq: 2, type: "completed" }),
    ]);
    expect((await others).map(({ type }) => type)).toEqual(["stdout", "completed"]);
    const after = await collectEvents(execution.events({ heartbeats: true }));
    expect(after.map(({ type }) => type)).toEqual(["stdout", "completed"]);
  });

  it("put the timeout off where that is asked for, else they do not [R2.3] [S0-38]", async () => {
    using clock = stopClock();
    await using test = await openFake({ heartbeatIntervalMs: 100, interruptGraceMs: 10 }, beating);
    const execution = test.session.execute("1", { timeoutMs: 300, timeoutFrom: "heartbeat" });
    const running = await driven(test.worker);
    for (let i = 0; i < 10; i++) {
      await clock.advance(100);
      test.worker.pings.all.at(-1)?.resolve({ cpuMs: 0 });
      await settle();
    }
    expect([running.interrupts, execution.status]).toEqual([0, "running"]);
    await clock.advance(300);
    expect(running.interrupts).toBe(1);
    running.end({ status: "interrupted" });
    expect(await execution.ended).toMatchObject({ status: "timeout" });
    const other = test.session.execute("2", { timeoutMs: 300 });
    const second = await driven(test.worker);
    for (let i = 0; i < 3; i++) {
      await clock.advance(100);
      test.worker.pings.all.at(-1)?.resolve({ cpuMs: 0 });
      await settle();
    }
    expect(second.interrupts).toBe(1);
    second.end({ status: "interrupted" });
    expect(await other.ended).toMatchObject({ status: "timeout" });
  });

  it.each([
    [{ heartbeatIntervalMs: 100 }, { timeoutMs: 200 }, "a timeoutMs of more than 200"],
    [{ heartbeatIntervalMs: null }, { timeoutMs: 200 }, "a session without heartbeats"],
  ])("with %j cannot put off %j", async (options, execute, allowed) => {
    await using test = await openFake(options, beating);
    const start = () => test.session.execute("1", { ...execute, timeoutFrom: "heartbeat" });
    expect(start).toThrow(allowed);
  });
});

describe("workers that end before they have done anything", () => {
  it("are started anew a few times, and then there is a pause that is told [F43]", async () => {
    await using test = await open({ maxFailedStarts: 2 });
    test.worker.crash();
    await settle();
    test.runtime.failNextStart(new Error("no"));
    expect((await test.session.execute("1").ended).error?.message).toBe("no");
    const refused = await test.session.execute("2").ended;
    expect(refused).toMatchObject({ status: "lost", error: { name: "worker_start_failed" } });
    expect(refused.error?.message).toMatch(
      /2 starts in a row came to nothing, the next may be in \d+ ms/,
    );
  });

  it("do not count when code has run in them: `exit` may come as often as it likes [F15]", async () => {
    await using test = await open({ maxFailedStarts: 1 });
    let worker = test.worker;
    for (let i = 0; i < 10; i++) {
      const execution = test.session.execute("exit");
      (await driven(worker)).end({ status: "lost", exitCode: 3 });
      expect((await execution.ended).exitCode).toBe(3);
      void test.session.execute("true");
      worker = await test.runtime.workers.take();
      (await driven(worker)).end();
    }
  });
});
