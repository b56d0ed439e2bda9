import { defaultSessionOptions, type ExecutionRecord, type WorkerOutcome } from "@holdfast/core";
import { collect, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { driven, openFake } from "../support/fake-session.ts";

describe("how an execution ends", () => {
  it.each([
    [
      { status: "ok", exitCode: 3 },
      { status: "ok", exitCode: 3, sessionState: "kept" },
    ],
    [
      { status: "error", exitCode: null },
      { status: "error", exitCode: null, sessionState: "kept" },
    ],
    [
      { status: "lost", exitCode: 9 },
      { status: "lost", exitCode: 9, sessionState: "lost" },
    ],
    [
      { status: "lost", exitCode: null, signal: "SIGSEGV" },
      { status: "lost", signal: "SIGSEGV", sessionState: "lost" },
    ],
  ] as const)("is told as the worker says: %j [R2.2]", async (outcome, wanted) => {
    const test = await openFake();
    const execution = test.session.execute("code");
    (await driven(test.worker)).end(outcome);
    expect(await execution.ended).toMatchObject(wanted);
    await test.session.close();
  });

  it("is `timeout` after an interrupt at its deadline, with what it printed [D27]", async () => {
    using clock = stopClock();
    await using test = await openFake();
    const execution = test.session.execute("code", { timeoutMs: 1_000 });
    const one = await driven(test.worker);
    one.print("part");
    await clock.advance(999);
    expect(one.interrupts).toBe(0);
    await clock.advance(1);
    expect(one.interrupts).toBe(1);
    one.end({ status: "interrupted", exitCode: 130 });
    expect(await execution.ended).toMatchObject({ status: "timeout", sessionState: "kept" });
    expect(execution.stdout.toString()).toBe("part");
  });

  it("counts a deadline from the start of the execution, not from its wait [R2.4]", async () => {
    using clock = stopClock();
    await using test = await openFake();
    test.session.execute("a");
    const second = test.session.execute("b", { timeoutMs: 1_000 });
    await clock.advance(5_000);
    expect(second.record.status).toBe("queued");
    (await driven(test.worker)).end();
    const one = await driven(test.worker);
    await clock.advance(999);
    expect(one.interrupts).toBe(0);
    one.end();
    expect((await second.ended).status).toBe("ok");
  });

  it("climbs the ladder when the code does not care: interrupt, then the worker's end [F16] [D10]", async () => {
    using clock = stopClock();
    await using test = await openFake({ interruptGraceMs: 500 });
    const execution = test.session.execute("code");
    const next = test.session.execute("next");
    const one = await driven(test.worker);
    execution.interrupt();
    expect(one.interrupts).toBe(1);
    await clock.advance(499);
    expect(test.worker.stops).toEqual([]);
    await clock.advance(1);
    expect(test.worker.stops).toEqual([
      { terminateGraceMs: defaultSessionOptions.terminateGraceMs },
    ]);
    expect(await execution.ended).toMatchObject({ status: "interrupted", sessionState: "lost" });
    const fresh = await test.runtime.workers.take();
    (await driven(fresh)).end();
    expect((await next.ended).status).toBe("ok");
    expect(test.session.restarts).toBe(1);
  });

  it("is `interrupted` for one that waits, which never runs", async () => {
    await using test = await openFake();
    test.session.execute("a");
    const waits = test.session.execute("b");
    waits.interrupt();
    expect(await waits.ended).toMatchObject({
      status: "interrupted",
      startedAt: null,
      sessionState: "kept",
    });
    expect((await collect(waits.events())).map(({ type }) => type)).toEqual(["completed"]);
    (await driven(test.worker)).end();
  });

  it("is what it was when an interrupt comes too late [F46]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("a");
    const one = await driven(test.worker);
    one.end();
    await execution.ended;
    execution.interrupt();
    test.session.interrupt();
    expect(one.interrupts).toBe(0);
    expect(execution.record.status).toBe("ok");
  });

  it("is told once, whatever comes after it [D9]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("a");
    const one = await driven(test.worker);
    one.end();
    await execution.ended;
    one.end({ status: "lost" });
    test.worker.crash();
    expect(execution.record.status).toBe("ok");
    expect(
      (await collect(execution.events())).filter(({ type }) => type === "completed"),
    ).toHaveLength(1);
  });

  it("is `lost` for a kill, and what waits runs in a fresh worker", async () => {
    await using test = await openFake();
    const execution = test.session.execute("a");
    const next = test.session.execute("b");
    await driven(test.worker);
    await execution.kill();
    expect((await execution.ended).status).toBe("lost");
    (await driven(await test.runtime.workers.take())).end();
    expect((await next.ended).status).toBe("ok");
  });

  it.each<[string, Partial<WorkerOutcome>, Partial<ExecutionRecord>]>([
    ["interrupt", { status: "interrupted" }, { status: "interrupted", sessionState: "kept" }],
    ["interrupt", { status: "ok", exitCode: 4 }, { status: "ok", exitCode: 4 }],
    ["interrupt", { status: "error" }, { status: "error" }],
    [
      "interrupt",
      { status: "lost", signal: "SIGKILL" },
      { status: "interrupted", signal: "SIGKILL", sessionState: "lost" },
    ],
    ["deadline", { status: "interrupted" }, { status: "timeout", sessionState: "kept" }],
    ["deadline", { status: "ok" }, { status: "timeout", sessionState: "kept" }],
    ["deadline", { status: "error" }, { status: "timeout" }],
    [
      "deadline",
      { status: "lost", exitCode: 3 },
      { status: "timeout", exitCode: 3, sessionState: "lost" },
    ],
    ["nothing", { status: "interrupted" }, { status: "interrupted", sessionState: "kept" }],
  ])("after %s, when the worker says %j, is %j [D10] [D27]", async (cause, outcome, wanted) => {
    using clock = stopClock();
    await using test = await openFake();
    const execution = test.session.execute("code", { timeoutMs: 1_000 });
    const one = await driven(test.worker);
    if (cause === "interrupt") execution.interrupt();
    if (cause === "deadline") await clock.advance(1_000);
    one.end(outcome);
    expect(await execution.ended).toMatchObject(wanted);
    expect(clock.pending).toBe(0);
  });

  it("is `timeout` when the ladder had to be climbed to its top, and the next one runs [F16] [R2.4]", async () => {
    using clock = stopClock();
    await using test = await openFake({
      executionTimeoutMs: 1_000,
      interruptGraceMs: 200,
      terminateGraceMs: 300,
    });
    const execution = test.session.execute("code");
    const next = test.session.execute("next", { timeoutMs: null });
    const one = await driven(test.worker);
    await clock.advance(1_000);
    expect([one.interrupts, test.worker.stops]).toEqual([1, []]);
    await clock.advance(200);
    expect(test.worker.stops).toEqual([{ terminateGraceMs: 300 }]);
    expect(await execution.ended).toMatchObject({ status: "timeout", sessionState: "lost" });
    expect(execution.record.durationMs).toBe(1_200);
    const fresh = await driven(await test.runtime.workers.take());
    await clock.advance(100_000);
    fresh.end();
    expect((await next.ended).status).toBe("ok");
    expect(clock.pending).toBe(0);
  });

  it("with interruptGraceMs 0 still gives the code its interrupt", async () => {
    using clock = stopClock();
    await using test = await openFake({ interruptGraceMs: 0 });
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    execution.interrupt();
    expect([one.interrupts, test.worker.stops.length]).toEqual([1, 0]);
    await clock.advance(1);
    expect(test.worker.stops).toHaveLength(1);
    expect((await execution.ended).status).toBe("interrupted");
  });

  it("counts the grace from the first interrupt, however many come [D10]", async () => {
    using clock = stopClock();
    await using test = await openFake({ interruptGraceMs: 500 });
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    for (let i = 0; i < 4; i++) {
      execution.interrupt();
      await clock.advance(100);
    }
    expect([one.interrupts, test.worker.stops.length]).toEqual([4, 0]);
    await clock.advance(100);
    expect(test.worker.stops).toHaveLength(1);
    await execution.ended;
  });

  it("stays `interrupted` when the deadline passes meanwhile", async () => {
    using clock = stopClock();
    await using test = await openFake();
    const execution = test.session.execute("code", { timeoutMs: 1_000 });
    const one = await driven(test.worker);
    execution.interrupt();
    await clock.advance(1_000);
    expect(one.interrupts).toBe(1);
    one.end({ status: "interrupted" });
    expect((await execution.ended).status).toBe("interrupted");
  });

  it("stays `timeout` when somebody interrupts it after that", async () => {
    using clock = stopClock();
    await using test = await openFake();
    const execution = test.session.execute("code", { timeoutMs: 1_000 });
    const one = await driven(test.worker);
    await clock.advance(1_000);
    execution.interrupt();
    expect(one.interrupts).toBe(2);
    one.end({ status: "interrupted" });
    expect((await execution.ended).status).toBe("timeout");
  });

  it("has the deadline of configure() for those that come then, not for those before [R2.4]", async () => {
    using clock = stopClock();
    await using test = await openFake();
    const before = test.session.execute("a");
    test.session.configure({ executionTimeoutMs: 100 });
    const after = test.session.execute("b");
    const first = await driven(test.worker);
    await clock.advance(1_000);
    expect(first.interrupts).toBe(0);
    first.end();
    const second = await driven(test.worker);
    await clock.advance(100);
    expect(second.interrupts).toBe(1);
    second.end({ status: "interrupted" });
    expect([(await before.ended).status, (await after.ended).status]).toEqual(["ok", "timeout"]);
    expect(() => test.session.configure({ executionTimeoutMs: 0 })).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
    expect(test.session.execute("c").timeoutMs).toBe(100);
  });

  it("comes to what runs by Session.interrupt(), and to nothing that waits", async () => {
    await using test = await openFake();
    const runs = test.session.execute("a");
    const waits = test.session.execute("b");
    test.session.interrupt();
    const one = await driven(test.worker);
    expect(one.interrupts).toBe(1);
    one.end({ status: "interrupted" });
    expect((await runs.ended).status).toBe("interrupted");
    const next = await driven(test.worker);
    expect([next.interrupts, waits.record.status]).toEqual([0, "running"]);
  });

  it("is forced by kill() at once, without a grace [R4.2]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    await driven(test.worker);
    await execution.kill();
    expect(test.worker.stops).toEqual([{}]);
    expect(await execution.ended).toMatchObject({
      status: "lost",
      signal: "SIGKILL",
      sessionState: "lost",
    });
  });

  it("is forced by kill() also when an interrupt's ladder is being climbed [R4.2]", async () => {
    using clock = stopClock();
    await using test = await openFake({ interruptGraceMs: 500 }, { stopsAtOnce: false });
    const execution = test.session.execute("code");
    await driven(test.worker);
    execution.interrupt();
    await clock.advance(500);
    const killed = execution.kill();
    expect(test.worker.stops).toEqual([{ terminateGraceMs: 1_000 }, {}]);
    test.worker.crash();
    await killed;
    expect((await execution.ended).status).toBe("interrupted");
  });

  it("leaves nobody a worker that was told to end, also when the code has ended by then [F46]", async () => {
    using clock = stopClock();
    await using test = await openFake({ interruptGraceMs: 500 }, { stopsAtOnce: false });
    const execution = test.session.execute("code");
    const running = await driven(test.worker);
    execution.interrupt();
    await clock.advance(500);
    running.end({ status: "interrupted" });
    expect(await execution.ended).toMatchObject({ status: "interrupted", sessionState: "lost" });
    const next = test.session.execute("next");
    test.worker.crash();
    const fresh = await test.runtime.workers.take();
    (await driven(fresh)).end();
    expect((await next.ended).status).toBe("ok");
    expect(test.worker.executions.all).toHaveLength(1);
    fresh.crash();
  });

  it('is asked for by kill("SIGTERM") with the grace that comes with it', async () => {
    await using test = await openFake({ terminateGraceMs: 70 });
    const execution = test.session.execute("code");
    await driven(test.worker);
    await execution.kill("SIGTERM");
    expect(test.worker.stops).toEqual([{ terminateGraceMs: 70 }]);
    expect((await execution.ended).status).toBe("lost");
  });

  it('is asked for by kill("SIGINT") as by an interrupt', async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    await execution.kill("SIGINT");
    expect([one.interrupts, test.worker.stops.length]).toEqual([1, 0]);
    one.end({ status: "interrupted" });
    expect(await execution.ended).toMatchObject({ status: "interrupted", sessionState: "kept" });
  });

  it("is `interrupted` for one that waits and is killed; what runs is left alone", async () => {
    await using test = await openFake();
    const runs = test.session.execute("a");
    const waits = test.session.execute("b");
    await waits.kill();
    expect(await waits.ended).toMatchObject({ status: "interrupted", startedAt: null, pid: null });
    expect([test.worker.stops.length, runs.record.status]).toEqual([0, "running"]);
  });

  it("is what it was when a kill comes too late [F46] [S1-47]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("a");
    (await driven(test.worker)).end();
    await execution.ended;
    await execution.kill();
    expect([execution.record.status, test.worker.stops.length]).toEqual(["ok", 0]);
  });

  it("has the times of its wait and of its run apart [S1-48]", async () => {
    using clock = stopClock(5_000);
    await using test = await openFake();
    test.session.execute("a");
    const execution = test.session.execute("b");
    await clock.advance(100);
    expect(execution.record).toMatchObject({ queuedAt: 5_000, startedAt: null, durationMs: 0 });
    (await driven(test.worker)).end();
    const one = await driven(test.worker);
    await clock.advance(20);
    expect(execution.record).toMatchObject({ startedAt: 5_100, durationMs: 20 });
    await clock.advance(5);
    one.end();
    await execution.ended;
    await clock.advance(1_000);
    expect(execution.record.durationMs).toBe(25);
  });
});
