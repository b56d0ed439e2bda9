import { HoldfastError, type WorkerEventListener, type WorkerRequest } from "@holdfast/core";
import { FakeExecution, collect, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { driven, openFake, settle } from "../support/fake-session.ts";

describe("a background execution", () => {
  it("runs beside the foreground, has its own end, and can be found and killed at once [D23] [D24]", async () => {
    await using test = await openFake();
    const foreground = test.session.execute("a");
    await driven(test.worker);
    const background = await test.session.executeInBackground("b");
    expect(test.session.execution(background.id)).toBe(background);
    expect(background.record).toMatchObject({ status: "running", isBackground: true });
    const one = await test.worker.backgroundExecutions.take();
    one.print("out");
    await background.kill("SIGTERM");
    expect(one.signals).toEqual(["SIGTERM"]);
    await background.kill();
    expect(await background.ended).toMatchObject({
      status: "lost",
      signal: "SIGKILL",
      sessionState: "kept",
    });
    expect(background.stdout.toString()).toBe("out");
    expect(foreground.record.status).toBe("running");
  });

  it("is stopped at its deadline as timeout", async () => {
    using clock = stopClock();
    await using test = await openFake();
    const background = await test.session.executeInBackground("b", { timeoutMs: 100 });
    await clock.advance(100);
    expect((await background.ended).status).toBe("timeout");
  });

  it("over the bound is refused with queue_full", async () => {
    await using test = await openFake({ maxBackgroundExecutions: 1 });
    await test.session.executeInBackground("a");
    await expect(test.session.executeInBackground("b")).rejects.toMatchObject({
      code: "queue_full",
    });
  });

  it("ends with its session [R4.2]", async () => {
    const test = await openFake();
    const background = await test.session.executeInBackground("a");
    await test.session.close();
    expect((await background.ended).status).toBe("lost");
  });

  it("is refused with feature_unsupported where the runtime has none, and leaves no trace", async () => {
    await using test = await openFake();
    Object.assign(test.worker, { executeInBackground: undefined });
    await expect(test.session.executeInBackground("b", { id: "b" })).rejects.toMatchObject({
      code: "feature_unsupported",
      details: { runtime: "fake", feature: "background" },
    });
    expect(test.session).toMatchObject({ executions: [], isBusy: false, executionCount: 0 });
  });

  it("counts against the bound from the call on, not from its start [R4.2] [D18]", async () => {
    await using test = await openFake({ maxBackgroundExecutions: 2 });
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => test.session.executeInBackground("b")),
    );
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
    ]);
    const [first] = test.session.executions;
    await first?.kill();
    await test.session.executeInBackground("b");
    await expect(test.session.executeInBackground("b")).rejects.toMatchObject({
      code: "queue_full",
      details: { received: 2 },
    });
  });

  it("that cannot be started ends for those who follow it, and gives its place back [R2.2] [D31] [S1-46]", async () => {
    await using test = await openFake({ maxBackgroundExecutions: 1 });
    const start = Promise.withResolvers<never>();
    const real = test.worker.executeInBackground.bind(test.worker);
    Object.assign(test.worker, { executeInBackground: () => start.promise });
    const failing = test.session.executeInBackground("b", { id: "b" });
    const execution = test.session.execution("b");
    const events = collect(execution.events());
    start.reject(new HoldfastError({ code: "worker_start_failed", message: "no process" }));
    await expect(failing).rejects.toMatchObject({ code: "worker_start_failed" });
    expect(await execution.ended).toMatchObject({
      status: "lost",
      sessionState: "kept",
      error: { name: "worker_start_failed" },
    });
    expect((await events).map(({ type }) => type)).toEqual(["error", "completed"]);
    expect(test.session.isBusy).toBe(false);
    Object.assign(test.worker, { executeInBackground: real });
    await test.session.executeInBackground("b", { id: "b" });
  });

  it.each(["kill", "interrupt"] as const)(
    "takes an early %s as soon as it has a process [D24] [R4.4]",
    async (what) => {
      await using test = await openFake();
      const start = Promise.withResolvers<void>();
      const real = test.worker.executeInBackground.bind(test.worker);
      Object.assign(test.worker, {
        executeInBackground: async (...args: Parameters<typeof real>) => {
          await start.promise;
          return real(...args);
        },
      });
      const starting = test.session.executeInBackground("b", { id: "b" });
      const execution = test.session.execution("b");
      expect(test.session.isBusy).toBe(true);
      const asked = what === "kill" ? execution.kill() : execution.interrupt();
      await settle();
      start.resolve();
      const one = await test.worker.backgroundExecutions.take();
      await Promise.all([starting, asked]);
      if (what === "kill") {
        expect((await execution.ended).status).toBe("lost");
      } else {
        await settle();
        expect(one.interrupts).toBe(1);
      }
    },
  );

  it("that gets its process while the session closes is ended with it [R2.7] [R4.2]", async () => {
    const test = await openFake();
    const start = Promise.withResolvers<void>();
    Object.assign(test.worker, {
      executeInBackground: async (request: WorkerRequest, onEvent: WorkerEventListener) => {
        await start.promise;
        const one = new FakeExecution({ pid: 1_500_000_000, request, onEvent });
        test.worker.backgroundExecutions.put(one);
        return one;
      },
    });
    const starting = test.session.executeInBackground("b");
    await settle();
    let isClosed = false;
    const closing = test.session.close().then(() => (isClosed = true));
    await settle();
    expect(isClosed).toBe(false);
    start.resolve();
    const one = await test.worker.backgroundExecutions.take();
    await closing;
    expect(one.hasEnded).toBe(true);
    expect((await (await starting).ended).status).toBe("lost");
  });

  it("outlives the worker it was started beside [D23] [R4.2]", async () => {
    await using test = await openFake();
    const background = await test.session.executeInBackground("b");
    const one = await test.worker.backgroundExecutions.take();
    const runs = test.session.execute("a");
    await driven(test.worker);
    test.worker.crash();
    expect((await runs.ended).status).toBe("lost");
    one.print("still here");
    one.end({ exitCode: 5 });
    expect(await background.ended).toMatchObject({
      status: "ok",
      exitCode: 5,
      sessionState: "kept",
    });
    expect(background.stdout.toString()).toBe("still here");
  });

  it("wakes a session whose worker is lost [R2.1]", async () => {
    await using test = await openFake();
    test.worker.crash();
    await settle();
    const background = await test.session.executeInBackground("b");
    expect(test.session).toMatchObject({ status: "idle", restarts: 1 });
    (await (await test.runtime.workers.take()).backgroundExecutions.take()).end();
    expect((await background.ended).status).toBe("ok");
  });

  it("is ended by a restart of its session", async () => {
    await using test = await openFake();
    const background = await test.session.executeInBackground("b");
    await test.session.restart();
    expect((await background.ended).status).toBe("lost");
  });

  it("tells what happens before the call settles in its order, and copies it [R1.6] [S1-44]", async () => {
    await using test = await openFake();
    const real = test.worker.executeInBackground.bind(test.worker);
    Object.assign(test.worker, {
      executeInBackground: async (request: WorkerRequest, onEvent: WorkerEventListener) => {
        const shared = Buffer.from("early");
        const one = await real(request, onEvent);
        one.tell({ type: "started", pid: 7 });
        one.tell({ type: "stdout", bytes: shared });
        shared.fill("!");
        return one;
      },
    });
    const background = await test.session.executeInBackground("b");
    const one = await test.worker.backgroundExecutions.take();
    one.print(" late");
    one.end();
    await background.ended;
    expect(background.stdout.toString()).toBe("early late");
    const events = await collect(background.events());
    expect(events.map(({ seq, type }) => [seq, type])).toEqual([
      [1, "started"],
      [2, "stdout"],
      [3, "stdout"],
      [4, "completed"],
    ]);
  });

  it("is stopped at its deadline by the ladder of the session's options [R2.4]", async () => {
    using clock = stopClock();
    await using test = await openFake({ interruptGraceMs: 11, terminateGraceMs: 22 });
    const background = await test.session.executeInBackground("b", { timeoutMs: 100 });
    const one = await test.worker.backgroundExecutions.take();
    await clock.advance(100);
    expect(one.stops).toEqual([
      expect.objectContaining({ interruptGraceMs: 11, terminateGraceMs: 22 }),
    ]);
    expect((await background.ended).status).toBe("timeout");
    expect(clock.pending).toBe(0);
  });

  it("keeps its session busy, and its id is taken for both kinds", async () => {
    await using test = await openFake();
    await test.session.executeInBackground("b", { id: "same" });
    expect(test.session).toMatchObject({ isBusy: true, status: "idle", executionCount: 1 });
    expect(() => test.session.execute("a", { id: "same" })).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
    await expect(test.session.executeInBackground("b", { id: "same" })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("is left alone by Session.interrupt(), and interrupts itself alone", async () => {
    await using test = await openFake();
    test.session.execute("a");
    const foreground = await driven(test.worker);
    const background = await test.session.executeInBackground("b");
    const beside = await test.worker.backgroundExecutions.take();
    test.session.interrupt();
    expect([foreground.interrupts, beside.interrupts]).toEqual([1, 0]);
    background.interrupt();
    expect([foreground.interrupts, beside.interrupts]).toEqual([1, 1]);
    beside.end({ status: "interrupted", exitCode: 130 });
    expect(await background.ended).toMatchObject({ status: "interrupted", exitCode: 130 });
  });
});
