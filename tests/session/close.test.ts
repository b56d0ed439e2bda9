import { Session } from "@holdfast/core";
import { FakeRuntime, collect, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { driven, openFake, settle } from "../support/fake-session.ts";

describe("Session.close()", () => {
  it("ends what runs and waits, and refuses what comes then [D9]", async () => {
    const test = await openFake();
    const runs = test.session.execute("a");
    const waits = test.session.execute("b");
    await driven(test.worker);
    await Promise.all([test.session.close(), test.session.close()]);
    expect([(await runs.ended).status, (await waits.ended).status]).toEqual([
      "interrupted",
      "interrupted",
    ]);
    expect(test.session.status).toBe("closed");
    expect(() => test.session.execute("c")).toThrow(
      expect.objectContaining({ code: "session_closed" }),
    );
    await expect(test.session.executeInBackground("c")).rejects.toMatchObject({
      code: "session_closed",
    });
    await expect(test.session.restart()).rejects.toMatchObject({ code: "session_closed" });
    expect(test.worker.stops).toHaveLength(1);
  });

  it("stops a worker that is being started, also one that comes up all the same", async () => {
    const runtime = new FakeRuntime({ startsAtOnce: false });
    const opening = Session.open({ runtime });
    const session = await (async () => {
      (await runtime.starts.take()).ready();
      return opening;
    })();
    (await runtime.workers.take()).crash();
    await expect.poll(() => session.status).toBe("lost");
    session.execute("code");
    const start = await runtime.starts.take();
    const closing = session.close();
    start.ready();
    await closing;
    expect(start.options.signal?.aborted).toBe(true);
    expect(session.status).toBe("closed");
  });

  it("leaves no unhandled rejection when nobody awaits the ends", async () => {
    const test = await openFake();
    test.session.execute("a");
    test.session.execute("b");
    await test.session.close();
    await new Promise((done) => setImmediate(done));
  });

  it("settles only when the worker is gone [R2.7] [S2-7] [S2-8]", async () => {
    const test = await openFake({}, { stopsAtOnce: false });
    let isClosed = false;
    const closing = test.session.close().then(() => (isClosed = true));
    await settle();
    expect([isClosed, test.session.status, test.session.pid]).toEqual([false, "closed", null]);
    test.worker.crash();
    await closing;
  });

  it("settles only when nothing of a worker is left that was lost before [R2.7]", async () => {
    const test = await openFake();
    const execution = test.session.execute("a");
    await driven(test.worker);
    test.worker.crash({ exitCode: 42 }, { isReaped: false });
    expect(await execution.ended).toMatchObject({ status: "lost", exitCode: 42 });
    let isClosed = false;
    const closing = test.session.close().then(() => (isClosed = true));
    await settle();
    expect(isClosed).toBe(false);
    test.worker.reap();
    await closing;
  });

  it("stops a worker that comes up although its start was given up, and waits for its end [R2.1]", async () => {
    const runtime = new FakeRuntime({ startsAtOnce: false, heedsAbort: false, stopsAtOnce: false });
    const opening = Session.open({ runtime });
    const first = (await runtime.starts.take()).ready();
    const session = await opening;
    first.crash();
    await settle();
    const waits = session.execute("code");
    const start = await runtime.starts.take();
    let isClosed = false;
    const closing = session.close().then(() => (isClosed = true));
    expect((await waits.ended).status).toBe("interrupted");
    const late = start.ready();
    await settle();
    expect([isClosed, late.stops.length]).toEqual([false, 1]);
    late.crash();
    await closing;
    expect(session).toMatchObject({ status: "closed", pid: null });
  });

  it("of an idle session, or of one whose worker is lost, ends it as well, and again [S2-9]", async () => {
    const idle = await openFake();
    await idle.session.close();
    await idle.session.close();
    expect([idle.session.status, idle.worker.stops.length]).toEqual(["closed", 1]);
    const lost = await openFake();
    lost.worker.crash();
    await settle();
    expect(lost.session.status).toBe("lost");
    await lost.session.close();
    expect(lost.session.status).toBe("closed");
  });

  it("is what the end of `await using` does", async () => {
    const runtime = new FakeRuntime();
    let session: Session;
    {
      await using scoped = await Session.open({ runtime });
      session = scoped;
    }
    expect(session.status).toBe("closed");
  });

  it("leaves no timer, whatever was under way [R2.7] [D31] [S0-69]", async () => {
    using clock = stopClock();
    const test = await openFake({ executionTimeoutMs: 60_000 });
    const runs = test.session.execute("a", { allowInput: true });
    test.session.execute("b");
    const one = await driven(test.worker);
    one.tell({ type: "input_request", prompt: "", password: false });
    one.print(Buffer.from([0xc3]));
    runs.interrupt();
    await test.session.executeInBackground("c");
    await test.session.close();
    await Promise.all(test.session.executions.map(({ ended }) => ended));
    expect(clock.pending).toBe(0);
  });

  it("gives every reader the end [R2.2]", async () => {
    const test = await openFake();
    const executions = ["a", "b"].map((code) => test.session.execute(code));
    const background = await test.session.executeInBackground("c");
    const readers = [...executions, background].map((one) => collect(one.events()));
    await test.session.close();
    for (const events of await Promise.all(readers)) expect(events.at(-1)?.type).toBe("completed");
  });

  it("leaves interrupts, kills and looks without effect, and without an error [D9]", async () => {
    const test = await openFake();
    const execution = test.session.execute("a");
    await test.session.close();
    execution.interrupt();
    test.session.interrupt();
    await execution.kill();
    expect(test.session.execution(execution.id).record.status).toBe("interrupted");
    await expect(execution.write("x")).rejects.toMatchObject({ code: "input_not_expected" });
    expect(test.session).toMatchObject({ status: "closed", isBusy: false });
    expect(test.runtime.workers.all).toHaveLength(1);
  });

  it("1,000 sessions, one after the other, leave no timer and no worker [R2.7] [D31]", async () => {
    using clock = stopClock();
    const runtime = new FakeRuntime();
    for (let i = 0; i < 1_000; i++) {
      await using session = await Session.open({ runtime });
      session.execute("code", { timeoutMs: 1_000 });
    }
    expect(runtime.workers.all).toHaveLength(1_000);
    expect(runtime.workers.all.every(({ stops }) => stops.length === 1)).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
