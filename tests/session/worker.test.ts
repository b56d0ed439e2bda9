import { HoldfastError, Session, type WorkerStartOptions } from "@holdfast/core";
import { FakeExecution, FakeRuntime, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { driven, openFake, settle } from "../support/fake-session.ts";

describe("the worker of a session", () => {
  it("that dies while nothing runs is replaced by the next execution, and its state is said to be lost [D7] [S0-7] [S2-5]", async () => {
    await using test = await openFake();
    test.worker.crash();
    await expect.poll(() => test.session.status).toBe("lost");
    expect(test.session.pid).toBeNull();
    const execution = test.session.execute("code");
    (await driven(await test.runtime.workers.take())).end();
    expect((await execution.ended).status).toBe("ok");
    expect(test.session.restarts).toBe(1);
  });

  it("that has died a moment ago loses what is run in it, and nothing more", async () => {
    await using test = await openFake();
    test.worker.crash({ signal: "SIGKILL" });
    const execution = test.session.execute("code");
    expect(await execution.ended).toMatchObject({ status: "lost", signal: "SIGKILL" });
    const next = test.session.execute("code");
    (await driven(await test.runtime.workers.take())).end();
    expect((await next.ended).status).toBe("ok");
  });

  it("that dies five times in a row is replaced five times [D8]", async () => {
    await using test = await openFake();
    let { worker } = test;
    for (let i = 1; i <= 5; i++) {
      const execution = test.session.execute("code");
      await driven(worker);
      worker.crash({ signal: "SIGKILL" });
      expect(await execution.ended).toMatchObject({ status: "lost", signal: "SIGKILL" });
      const next = test.session.execute("code");
      worker = await test.runtime.workers.take();
      (await driven(worker)).end();
      expect((await next.ended).status).toBe("ok");
      expect(test.session.restarts).toBe(i);
    }
  });

  it("that cannot be started again ends what waits, with the reason, and may be tried again [R2.2] [S1-14]", async () => {
    await using test = await openFake();
    test.runtime.failNextStart(
      new HoldfastError({ code: "worker_start_failed", message: "no memory" }),
    );
    test.worker.crash();
    await expect.poll(() => test.session.status).toBe("lost");
    const failed = test.session.execute("code");
    expect(await failed.ended).toMatchObject({
      status: "lost",
      error: { name: "worker_start_failed", message: expect.stringContaining("no memory") },
    });
    const execution = test.session.execute("code");
    (await driven(await test.runtime.workers.take())).end();
    expect((await execution.ended).status).toBe("ok");
  });

  it("is replaced by restart(): what runs and waits ends, and says why [D8]", async () => {
    await using test = await openFake();
    const runs = test.session.execute("a");
    const waits = test.session.execute("b");
    await driven(test.worker);
    await test.session.restart();
    expect([(await runs.ended).status, (await waits.ended).status]).toEqual([
      "interrupted",
      "interrupted",
    ]);
    expect(test.session.status).toBe("idle");
    const fresh = await test.runtime.workers.take();
    const execution = test.session.execute("c");
    (await driven(fresh)).end();
    expect((await execution.ended).status).toBe("ok");
  });

  it("that follows a restart knows nothing of an interrupt that was under way [D8] [S0-8] [S0-73]", async () => {
    await using test = await openFake();
    const first = test.session.execute("a");
    await driven(test.worker);
    first.interrupt();
    await test.session.restart();
    expect((await first.ended).status).toBe("interrupted");
    const second = test.session.execute("b");
    const running = await driven(await test.runtime.workers.take());
    expect(running.interrupts).toBe(0);
    running.end();
    expect((await second.ended).status).toBe("ok");
  });

  it("gets the session's environment, directory and deadline", async () => {
    const runtime = new FakeRuntime();
    await using session = await Session.open({
      runtime,
      id: "s1",
      env: { A: "1" },
      cwd: "/tmp",
      startTimeoutMs: 77,
    });
    const { start } = await runtime.workers.take();
    expect(start).toMatchObject({
      sessionId: "s1",
      env: { A: "1" },
      cwd: "/tmp",
      startTimeoutMs: 77,
    });
    expect(session.id).toBe("s1");
  });

  it("may say what comes late, and that goes to nobody's execution", async () => {
    const late: string[] = [];
    await using test = await openFake({
      onLateOutput: (id, stream, bytes) => late.push(`${id} ${stream} ${bytes.toString()}`),
    });
    const execution = test.session.execute("a", { id: "a" });
    (await driven(test.worker)).end();
    await execution.ended;
    test.worker.start.onLateOutput?.("a", "stdout", Buffer.from("late"));
    expect(late).toEqual(["a stdout late"]);
    expect(execution.stdout.length).toBe(0);
  });

  it("that fails to start makes open() fail with its reason [S1-14]", async () => {
    const runtime = new FakeRuntime();
    const reason = new HoldfastError({ code: "runtime_unavailable", message: "no fake here" });
    runtime.failNextStart(reason);
    await expect(Session.open({ runtime })).rejects.toBe(reason);
  });

  it("that does not get ready in time makes open() fail, and leaves no timer [R2.4] [F23]", async () => {
    using clock = stopClock();
    const runtime = new FakeRuntime({ startsAtOnce: false });
    const opening = Session.open({ runtime, startTimeoutMs: 700 });
    await Promise.all([
      expect(opening).rejects.toMatchObject({
        code: "worker_start_failed",
        message: expect.stringContaining("700 ms"),
      }),
      clock.advance(700),
    ]);
    expect(clock.pending).toBe(0);
  });

  it("that ends as soon as it is ready makes open() fail with an error that says how [R2.1] [S1-14]", async () => {
    const runtime = new FakeRuntime({ startsAtOnce: false });
    const opening = Session.open({ runtime, id: "s1" });
    (await runtime.starts.take()).ready().crash({ exitCode: 3 });
    const error: unknown = await opening.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(HoldfastError);
    expect(error).toMatchObject({
      code: "worker_start_failed",
      message: expect.stringMatching(/s1.*3/),
    });
  });

  it("that ends as soon as it is ready makes restart() and a background execution fail likewise [R2.1]", async () => {
    await using test = await openFake({}, { startsAtOnce: true });
    const starting = Object.assign(test.runtime, {
      start: async (options: WorkerStartOptions) => {
        const worker = await FakeRuntime.prototype.start.call(test.runtime, options);
        worker.crash({ signal: "SIGSEGV" });
        return worker;
      },
    });
    expect(starting).toBe(test.runtime);
    const wanted = { code: "worker_start_failed", message: expect.stringContaining("SIGSEGV") };
    await expect(test.session.restart()).rejects.toMatchObject(wanted);
    expect(test.session.status).toBe("lost");
    await expect(test.session.executeInBackground("code")).rejects.toMatchObject(wanted);
  });

  it("that does not get ready in time at a restart ends all that wait, each with the reason [R2.2]", async () => {
    using clock = stopClock();
    const runtime = new FakeRuntime({ startsAtOnce: false });
    const opening = Session.open({ runtime });
    const worker = (await runtime.starts.take()).ready();
    await using session = await opening;
    worker.crash();
    await settle();
    const executions = ["a", "b", "c"].map((code) => session.execute(code));
    await clock.advance(10_000);
    for (const { ended } of executions) {
      expect(await ended).toMatchObject({
        status: "lost",
        startedAt: null,
        error: { name: "worker_start_failed" },
      });
    }
    expect(session.status).toBe("lost");
    expect(clock.pending).toBe(0);
  });

  it("that dies twice, ready and starting, leaves a session that can be used [R2.1] [D8]", async () => {
    const runtime = new FakeRuntime({ startsAtOnce: false });
    const opening = Session.open({ runtime });
    (await runtime.starts.take()).ready().crash();
    await expect(opening).rejects.toMatchObject({ code: "worker_start_failed" });
    const again = Session.open({ runtime });
    const worker = (await runtime.starts.take()).ready();
    await using session = await again;
    const lost = session.execute("a");
    const failed = session.execute("b");
    await driven(worker);
    worker.crash();
    (await runtime.starts.take()).fail(new Error("dead again"));
    expect((await lost.ended).status).toBe("lost");
    expect((await failed.ended).error).toMatchObject({
      name: "worker_start_failed",
      message: "dead again",
    });
    const works = session.execute("c");
    (await driven((await runtime.starts.take()).ready())).end();
    expect((await works.ended).status).toBe("ok");
  });

  it("that exits with the end of an execution still on its way is not used for the next one [D7]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("a");
    const one = await driven(test.worker);
    one.end({ exitCode: 0 });
    test.worker.crash({ exitCode: 0 });
    expect(await execution.ended).toMatchObject({ status: "ok" });
    await settle();
    expect(test.session).toMatchObject({ status: "lost", pid: null });
    const next = test.session.execute("b");
    (await driven(await test.runtime.workers.take())).end();
    expect((await next.ended).status).toBe("ok");
  });

  it("whose exit is known before the end of its execution is not used for the next one [D7]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("a");
    const next = test.session.execute("b");
    const one = await driven(test.worker);
    Object.assign(one, { end: () => {} }); // it has said its end already, which is being read
    test.worker.crash({ exitCode: 0 });
    await test.worker.exited;
    FakeExecution.prototype.end.call(one);
    expect(await execution.ended).toMatchObject({ status: "ok", sessionState: "lost" });
    (await driven(await test.runtime.workers.take())).end();
    expect((await next.ended).status).toBe("ok");
  });

  it("is started only when nothing of the last one is left [R2.1] [S0-11]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("a");
    await driven(test.worker);
    const next = test.session.execute("b");
    test.worker.crash({ signal: "SIGKILL" }, { isReaped: false });
    expect((await execution.ended).status).toBe("lost");
    await settle();
    expect(test.runtime.workers.all).toHaveLength(1);
    expect(next.record.status).toBe("queued");
    test.worker.reap();
    (await driven(await test.runtime.workers.take())).end();
    expect((await next.ended).status).toBe("ok");
  });

  it("that comes up although its start was given up is stopped before the next one starts [R2.1]", async () => {
    const runtime = new FakeRuntime({ startsAtOnce: false, heedsAbort: false, stopsAtOnce: false });
    const opening = Session.open({ runtime });
    const first = await runtime.starts.take();
    const worker = first.ready();
    await using session = await opening;
    worker.crash();
    await settle();
    session.execute("a");
    const given = await runtime.starts.take();
    const restarting = session.restart();
    expect(given.options.signal?.aborted).toBe(true);
    const late = given.ready();
    await settle();
    expect(late.stops).toHaveLength(1);
    expect(runtime.starts.all).toHaveLength(2);
    late.crash();
    const fresh = (await runtime.starts.take()).ready();
    await restarting;
    expect(session).toMatchObject({ status: "idle", pid: fresh.pid });
    const closing = session.close();
    await settle();
    fresh.crash();
    await closing;
  });

  it("is one, however many restarts are asked for at once [D8] [R2.1]", async () => {
    await using test = await openFake();
    await Promise.all([test.session.restart(), test.session.restart(), test.session.restart()]);
    expect(test.session.status).toBe("idle");
    const live = test.runtime.workers.all.filter(({ stops }) => stops.length === 0);
    expect(live.map(({ pid }) => pid)).toEqual([test.session.pid]);
  });

  it("that cannot be started makes restart() fail with the reason, and the session can be restarted [D8]", async () => {
    await using test = await openFake();
    const reason = new HoldfastError({ code: "worker_start_failed", message: "no memory" });
    test.runtime.failNextStart(reason);
    await expect(test.session.restart()).rejects.toBe(reason);
    expect(test.session).toMatchObject({ status: "lost", pid: null });
    await test.session.restart();
    expect(test.session).toMatchObject({ status: "idle", restarts: 2 });
  });

  it("that is being started anew when the session closes makes restart() fail as closed", async () => {
    const runtime = new FakeRuntime({ startsAtOnce: false });
    const opening = Session.open({ runtime });
    (await runtime.starts.take()).ready();
    const session = await opening;
    const restarting = session.restart();
    await runtime.starts.take();
    await Promise.all([
      expect(restarting).rejects.toMatchObject({ code: "session_closed" }),
      session.close(),
    ]);
  });

  it("that is gone cannot change what its successor does, however late its last words are [D9] [S0-9]", async () => {
    using clock = stopClock();
    await using test = await openFake({ interruptGraceMs: 100 });
    const old = test.session.execute("old", { timeoutMs: 1_000 });
    const oldOne = await driven(test.worker);
    // A worker that breaks its promise: it is gone, and its execution has not ended.
    Object.assign(test.worker, { stop: async () => ({ step: "kill", killedProcesses: 0 }) });
    await test.session.restart();
    expect(await old.ended).toMatchObject({ status: "lost", sessionState: "lost" });
    const execution = test.session.execute("new");
    const one = await driven(await test.runtime.workers.take());
    expect(clock.pending).toBe(0);
    oldOne.print("late");
    oldOne.end({ status: "ok" });
    await settle();
    expect(test.session.status).toBe("busy");
    execution.interrupt();
    expect(one.interrupts).toBe(1);
    one.end({ status: "interrupted" });
    expect((await execution.ended).status).toBe("interrupted");
    expect([old.stdout.length, execution.stdout.length]).toEqual([0, 0]);
  });

  it("that refuses an execution is not used again, and the execution says why [R2.2]", async () => {
    await using test = await openFake();
    Object.assign(test.worker, {
      execute: () => {
        throw new HoldfastError({ code: "worker_lost", message: "its channel is closed" });
      },
    });
    const execution = test.session.execute("a");
    const next = test.session.execute("b");
    expect(await execution.ended).toMatchObject({
      status: "lost",
      sessionState: "lost",
      error: { name: "worker_lost", message: expect.stringContaining("its channel is closed") },
    });
    expect(test.worker.stops).toHaveLength(1);
    (await driven(await test.runtime.workers.take())).end();
    expect((await next.ended).status).toBe("ok");
  });

  it("counts restarts, and its process id is told while there is one [R5.3]", async () => {
    await using test = await openFake();
    expect(test.session).toMatchObject({ restarts: 0, pid: test.worker.pid });
    await test.session.restart();
    const second = await test.runtime.workers.take();
    expect(test.session).toMatchObject({ restarts: 1, pid: second.pid });
    second.crash();
    await settle();
    expect(test.session).toMatchObject({ restarts: 1, pid: null, status: "lost" });
  });

  it("keeps a session in use by what it writes, late output included [R5.2]", async () => {
    using clock = stopClock(1_000);
    let touches = 0;
    await using test = await openFake({ onActivity: () => touches++ });
    const execution = test.session.execute("a");
    const one = await driven(test.worker);
    await clock.advance(500);
    one.print("x");
    expect(test.session.lastActivityAt).toBe(1_500);
    await clock.advance(500);
    one.end();
    await execution.ended;
    expect(test.session.lastActivityAt).toBe(2_000);
    await clock.advance(500);
    const before = touches;
    test.worker.start.onLateOutput?.("a", "stdout", Buffer.from("late"));
    expect(test.session.lastActivityAt).toBe(2_500);
    expect(touches).toBe(before + 1);
  });
});
