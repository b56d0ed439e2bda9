import {
  HoldfastError,
  Session,
  type SessionCreateOptions,
  defaultSessionOptions,
} from "@holdfast/core";
import {
  type FakeExecution,
  FakeRuntime,
  type FakeWorker,
  collect,
  stopClock,
} from "@holdfast/harness";
import { describe, expect, it } from "vitest";

const all = ["stdin", "input", "background", "interrupt", "results", "displays"] as const;

/** A session on a fake worker, which the test drives. */
async function open(options: Omit<SessionCreateOptions, "runtime"> = {}) {
  const runtime = new FakeRuntime({ features: all });
  const session = await Session.open({ ...options, runtime });
  const worker = await runtime.workers.take();
  return { runtime, session, worker, [Symbol.asyncDispose]: () => session.close() };
}

/** The execution that the worker runs now. */
const driven = (worker: FakeWorker): Promise<FakeExecution> => worker.executions.take();

describe("Session.execute()", () => {
  it("runs in the order of the calls, one at a time [R2.1]", async () => {
    await using test = await open();
    const executions = ["a", "b", "c"].map((code) => test.session.execute(code));
    expect(executions.map(({ record }) => record.status)).toEqual(["running", "queued", "queued"]);
    for (const code of ["a", "b", "c"]) {
      const one = await driven(test.worker);
      expect(one.request.code).toBe(code);
      one.end();
    }
    const records = await Promise.all(executions.map(({ ended }) => ended));
    expect(records.map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
    expect(test.session.status).toBe("idle");
  });

  it("waits for a worker that is being started", async () => {
    const runtime = new FakeRuntime({ startsAtOnce: false });
    const opening = Session.open({ runtime });
    (await runtime.starts.take()).ready();
    const session = await opening;
    (await runtime.workers.take()).crash();
    await expect.poll(() => session.status).toBe("lost");
    const execution = session.execute("code");
    expect(session.status).toBe("restarting");
    expect(execution.record.status).toBe("queued");
    const worker = (await runtime.starts.take()).ready();
    (await driven(worker)).end();
    expect((await execution.ended).status).toBe("ok");
    await session.close();
  });

  it("refuses one more than the bound with queue_full, and the others run [R2.5]", async () => {
    await using test = await open({ maxQueuedExecutions: 2 });
    const accepted = ["a", "b", "c"].map((code) => test.session.execute(code));
    expect(() => test.session.execute("d")).toThrow(
      expect.objectContaining({ code: "queue_full" }),
    );
    expect(test.session.executions).toHaveLength(3);
    for (const _ of accepted) (await driven(test.worker)).end();
    await Promise.all(accepted.map(({ ended }) => ended));
    expect(test.session.executionCount).toBe(3);
  });

  it("passes code, environment, directory, input and limits on, and nothing else's [R2.4]", async () => {
    await using test = await open();
    test.session.execute("code", { env: { A: "1" }, cwd: "/tmp", stdin: "in", allowInput: true });
    const first = await driven(test.worker);
    expect(first.request).toMatchObject({
      code: "code",
      env: { A: "1" },
      cwd: "/tmp",
      allowInput: true,
    });
    expect(Buffer.from(first.request.stdin ?? []).toString()).toBe("in");
    first.end();
    test.session.execute("next");
    const next = await driven(test.worker);
    expect(next.request).toMatchObject({ env: null, cwd: null, stdin: null, allowInput: false });
    next.end();
  });

  it.each<[Record<string, unknown>, string]>([
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ timeoutMs: -1 }, "timeoutMs"],
    [{ timeoutMs: Number.NaN }, "timeoutMs"],
    [{ timeoutMs: 1e308 }, "timeoutMs"],
  ])(
    "refuses %j with a message that names it, and nothing is queued [A70]",
    async (options, name) => {
      await using test = await open();
      expect(() => test.session.execute("code", options)).toThrow(
        expect.objectContaining({
          code: "invalid_request",
          message: expect.stringContaining(name),
        }),
      );
      expect(test.session.executions).toEqual([]);
    },
  );

  it("refuses an id that is taken", async () => {
    await using test = await open();
    test.session.execute("a", { id: "same" });
    expect(() => test.session.execute("b", { id: "same" })).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
    (await driven(test.worker)).end();
  });

  it("forgets the oldest that have ended, never one that runs or waits [D1]", async () => {
    await using test = await open({ maxHistory: 3 });
    const first = test.session.execute("first");
    const queued = Array.from({ length: 5 }, (_, index) => test.session.execute(`q${index}`));
    expect(test.session.executions).toHaveLength(6);
    for (let i = 0; i < 6; i++) (await driven(test.worker)).end();
    await Promise.all([first, ...queued].map(({ ended }) => ended));
    const last = test.session.execute("last");
    expect(test.session.executions.length).toBeLessThanOrEqual(6);
    expect(() => test.session.execution(first.id)).toThrow(
      expect.objectContaining({ code: "execution_not_found" }),
    );
    expect(test.session.execution(last.id)).toBe(last);
    (await driven(test.worker)).end();
  });

  it("does 10,000 with bounded memory and no timer left [D1]", async () => {
    await using test = await open({ maxHistory: 100 });
    for (let i = 0; i < 10_000; i++) {
      const execution = test.session.execute("code", { timeoutMs: 60_000 });
      (await driven(test.worker)).end();
      await execution.ended;
    }
    expect(test.session.executions.length).toBeLessThanOrEqual(101);
    expect(
      process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length,
    ).toBeLessThan(5);
  });
});

describe("an execution's events", () => {
  it("are numbered without a gap, and the same to every reader, early or late [R1.6]", async () => {
    await using test = await open();
    const execution = test.session.execute("code");
    const early = collect(execution.events());
    const one = await driven(test.worker);
    one.tell({ type: "started", pid: 7 });
    one.print("a");
    one.print("b", "stderr");
    one.tell({ type: "display", mime: { "text/plain": "d" }, displayId: null, update: false });
    one.tell({ type: "result", repr: "1", value: 1, valueTruncated: false, mime: {} });
    one.end();
    await execution.ended;
    const late = await collect(execution.events());
    expect(late.map(({ seq }) => seq)).toEqual(late.map((_, index) => index + 1));
    expect(late.map(({ type }) => type)).toEqual([
      "started",
      "stdout",
      "stderr",
      "display",
      "result",
      "completed",
    ]);
    expect(await early).toEqual(late);
    expect((await collect(execution.events({ after: 4 }))).map(({ seq }) => seq)).toEqual([5, 6]);
    expect(await collect(execution.events({ after: 99 }))).toEqual([]);
  });

  it("go on for the others when one reader leaves", async () => {
    await using test = await open();
    const execution = test.session.execute("code");
    const stays = collect(execution.events());
    const one = await driven(test.worker);
    one.print("a");
    for await (const _ of execution.events()) break;
    one.print("b");
    one.end();
    expect((await stays).map(({ type }) => type)).toEqual(["stdout", "stdout", "completed"]);
  });

  it("stop for a reader whose signal aborts", async () => {
    await using test = await open();
    const execution = test.session.execute("code");
    const abort = new AbortController();
    const reading = collect(execution.events({ signal: abort.signal }));
    const one = await driven(test.worker);
    abort.abort();
    await reading.catch(() => {});
    one.end();
    expect((await execution.ended).status).toBe("ok");
  });

  it("make the code wait for a reader that stays behind, and let it go on [R1.4] [D21]", async () => {
    await using test = await open();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const events = execution.events();
    one.print("x");
    await events.next();
    for (let i = 0; i < 40 && !one.isPaused; i++) one.print(Buffer.alloc(64 * 1024, "x"));
    expect(one.isPaused).toBe(true);
    const rest = collect(events);
    await expect.poll(() => one.isPaused).toBe(false);
    one.end();
    await rest;
  });

  it("keep output up to the limit exactly, and count what was dropped [R2.5]", async () => {
    await using test = await open({ maxOutputBytes: 10 });
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    one.print("12345678");
    one.print("abcdefgh");
    one.print("err", "stderr");
    one.end();
    expect(await execution.ended).toMatchObject({
      stdoutBytes: 16,
      stderrBytes: 3,
      truncated: true,
    });
    expect(execution.stdout.toString()).toBe("12345678ab");
    expect(execution.stderr.toString()).toBe("err");
  });

  it("never cut a character that came in two reads [A23]", async () => {
    await using test = await open();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const bytes = Buffer.from("a🎉b");
    one.print(bytes.subarray(0, 3));
    one.print(bytes.subarray(3));
    one.end();
    await execution.ended;
    const events = await collect(execution.events());
    const texts = events.flatMap((event) =>
      event.type === "stdout" ? [event.bytes.toString()] : [],
    );
    expect(texts.join("")).toBe("a🎉b");
    expect(texts.join("")).not.toContain("\ufffd");
  });
});

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
    const test = await open();
    const execution = test.session.execute("code");
    (await driven(test.worker)).end(outcome);
    expect(await execution.ended).toMatchObject(wanted);
    await test.session.close();
  });

  it("is `timeout` after an interrupt at its deadline, with what it printed [D27]", async () => {
    using clock = stopClock();
    await using test = await open();
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
    await using test = await open();
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
    await using test = await open({ interruptGraceMs: 500 });
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
    await using test = await open();
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
    await using test = await open();
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
    await using test = await open();
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
    await using test = await open();
    const execution = test.session.execute("a");
    const next = test.session.execute("b");
    await driven(test.worker);
    await execution.kill();
    expect((await execution.ended).status).toBe("lost");
    (await driven(await test.runtime.workers.take())).end();
    expect((await next.ended).status).toBe("ok");
  });
});

describe("the worker of a session", () => {
  it("that dies while nothing runs is replaced by the next execution, and its state is said to be lost [D7] [S0-7]", async () => {
    await using test = await open();
    test.worker.crash();
    await expect.poll(() => test.session.status).toBe("lost");
    expect(test.session.pid).toBeNull();
    const execution = test.session.execute("code");
    (await driven(await test.runtime.workers.take())).end();
    expect((await execution.ended).status).toBe("ok");
    expect(test.session.restarts).toBe(1);
  });

  it("that has died a moment ago loses what is run in it, and nothing more", async () => {
    await using test = await open();
    test.worker.crash({ signal: "SIGKILL" });
    const execution = test.session.execute("code");
    expect(await execution.ended).toMatchObject({ status: "lost", signal: "SIGKILL" });
    const next = test.session.execute("code");
    (await driven(await test.runtime.workers.take())).end();
    expect((await next.ended).status).toBe("ok");
  });

  it("that dies five times in a row is replaced five times [D8]", async () => {
    await using test = await open();
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

  it("that cannot be started again ends what waits, with the reason, and may be tried again [S1-22]", async () => {
    await using test = await open();
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
    await using test = await open();
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
    await using test = await open({
      onLateOutput: (id, stream, bytes) => late.push(`${id} ${stream} ${bytes.toString()}`),
    });
    const execution = test.session.execute("a", { id: "a" });
    (await driven(test.worker)).end();
    await execution.ended;
    test.worker.start.onLateOutput?.("a", "stdout", Buffer.from("late"));
    expect(late).toEqual(["a stdout late"]);
    expect(execution.stdout.length).toBe(0);
  });
});

describe("Session.close()", () => {
  it("ends what runs and waits, and refuses what comes then [D9]", async () => {
    const test = await open();
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
    const test = await open();
    test.session.execute("a");
    test.session.execute("b");
    await test.session.close();
    await new Promise((done) => setImmediate(done));
  });
});

describe("input", () => {
  it("goes to the execution that takes it [D22]", async () => {
    await using test = await open();
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.tell({ type: "input_request", prompt: "? ", password: false });
    await execution.write("yes");
    await execution.write("", { close: true });
    expect(one.written.map(({ data, close }) => [Buffer.from(data).toString(), close])).toEqual([
      ["yes", false],
      ["", true],
    ]);
    one.end();
  });

  it("to one that waits or has ended is refused with its status", async () => {
    await using test = await open();
    const runs = test.session.execute("a", { allowInput: true });
    const waits = test.session.execute("b", { allowInput: true });
    await expect(waits.write("x")).rejects.toMatchObject({
      code: "input_not_expected",
      message: expect.stringContaining("queued"),
    });
    (await driven(test.worker)).end();
    await runs.ended;
    await expect(runs.write("x")).rejects.toMatchObject({
      code: "input_not_expected",
      message: expect.stringContaining("ok"),
    });
    (await driven(test.worker)).end();
  });

  it("that does not come in time ends the execution as timeout [R2.4]", async () => {
    using clock = stopClock();
    await using test = await open({ inputWaitTimeoutMs: 1_000 });
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.tell({ type: "input_request", prompt: "", password: false });
    await clock.advance(1_000);
    expect(one.interrupts).toBe(1);
    one.end({ status: "interrupted" });
    expect((await execution.ended).status).toBe("timeout");
  });
});

describe("a background execution", () => {
  it("runs beside the foreground, has its own end, and can be found and killed at once [D23] [D24]", async () => {
    await using test = await open();
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
    await using test = await open();
    const background = await test.session.executeInBackground("b", { timeoutMs: 100 });
    await clock.advance(100);
    expect((await background.ended).status).toBe("timeout");
  });

  it("over the bound is refused with queue_full; where there are none, with feature_unsupported", async () => {
    await using test = await open({ maxBackgroundExecutions: 1 });
    await test.session.executeInBackground("a");
    await expect(test.session.executeInBackground("b")).rejects.toMatchObject({
      code: "queue_full",
    });
  });

  it("ends with its session [R4.2]", async () => {
    const test = await open();
    const background = await test.session.executeInBackground("a");
    await test.session.close();
    expect((await background.ended).status).toBe("lost");
  });
});

it.each([
  [{ startTimeoutMs: 0 }, "startTimeoutMs"],
  [{ interruptGraceMs: -1 }, "interruptGraceMs"],
  [{ maxQueuedExecutions: 1.5 }, "maxQueuedExecutions"],
  [{ maxOutputBytes: Number.NaN }, "maxOutputBytes"],
  [{ executionTimeoutMs: 2 ** 31 }, "executionTimeoutMs"],
])("Session.open() refuses %j, naming it and its range [A70]", async (options, name) => {
  await expect(Session.open({ ...options, runtime: new FakeRuntime() })).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringMatching(new RegExp(`${name}: received .*, allowed \\d+ to \\d+`)),
  });
});
