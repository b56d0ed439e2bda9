import { HoldfastError, Host, type HostOptions, defaultHostOptions } from "@holdfast/core";
import { FakeRuntime, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { settle } from "../support/fake-session.ts";

const features = ["background", "interrupt"] as const;

/** A host of fake sessions. */
function open(options: Omit<HostOptions, "runtimes"> = {}) {
  const runtime = new FakeRuntime({ name: "fake", features });
  const host = new Host({ ...options, runtimes: [runtime] });
  return { runtime, host, [Symbol.asyncDispose]: () => host.close() };
}

describe("Host.create()", () => {
  it("starts a session under an id of 128 random bits, or the one that is given [A65] [S3-28]", async () => {
    await using test = open();
    const one = await test.host.create({ runtime: "fake" });
    const two = await test.host.create({ runtime: "fake", id: "mine", labels: { a: "b" } });
    expect(one.session.id).toMatch(/^[0-9a-f]{32}$/);
    expect(test.host.get("mine")).toMatchObject({ labels: { a: "b" } });
    expect(test.host.list().map(({ session }) => session)).toEqual([one.session, two.session]);
  });

  it.each(["", "a/b", "../x", "a b", "é", "a\n", "x".repeat(65), "a\0"])(
    "refuses the id %j and says what is allowed",
    async (id) => {
      await using test = open();
      await expect(test.host.create({ runtime: "fake", id })).rejects.toMatchObject({
        code: "invalid_request",
        message: expect.stringContaining("A-Za-z0-9_-"),
      });
      expect(test.host.size).toBe(0);
    },
  );

  it("refuses an unknown runtime and names those that there are [R8.3]", async () => {
    await using test = open();
    await expect(test.host.create({ runtime: "cobol" })).rejects.toMatchObject({
      code: "unknown_runtime",
      message: expect.stringMatching(/"cobol".*fake/),
    });
  });

  it("gives an id to one of those who ask for it at once [D18] [S3-15]", async () => {
    await using test = open();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => test.host.create({ runtime: "fake", id: "same" })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason.code).toBe("session_exists");
    }
    expect(test.host.size).toBe(1);
  });

  it("never goes over maxSessions, those that are being started included [A68]", async () => {
    await using test = open({ maxSessions: 3 });
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => test.host.create({ runtime: "fake" })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    await expect(test.host.create({ runtime: "fake" })).rejects.toMatchObject({
      code: "too_many_sessions",
      details: { limit: 3 },
    });
    await test.host.delete(test.host.list()[0]?.session.id ?? "");
    await test.host.create({ runtime: "fake" });
  });

  it("leaves nothing of a session that could not be started [D31]", async () => {
    await using test = open({ maxSessions: 1 });
    test.runtime.failNextStart(new HoldfastError({ code: "worker_start_failed", message: "no" }));
    await expect(test.host.create({ runtime: "fake", id: "a" })).rejects.toMatchObject({
      code: "worker_start_failed",
    });
    expect(test.host.size).toBe(0);
    await test.host.create({ runtime: "fake", id: "a" });
  });

  it("gives sessions the host's environment under their own, and nothing of this process [A04]", async () => {
    await using test = open({ env: { A: "host", B: "host" }, cwd: "/tmp" });
    await test.host.create({ runtime: "fake", env: { B: "own" } });
    const { start } = await test.runtime.workers.take();
    expect(start).toMatchObject({ env: { A: "host", B: "own" }, cwd: "/tmp" });
    expect(Object.keys(start.env)).toEqual(["A", "B"]);
  });

  it("refuses an id that is taken, also while its session is busy, and leaves that alone [A64]", async () => {
    await using test = open();
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    const execution = session.execute("code");
    await expect(test.host.create({ runtime: "fake", id: "a" })).rejects.toMatchObject({
      code: "session_exists",
      details: { sessionId: "a" },
    });
    expect([execution.record.status, test.host.size]).toEqual(["running", 1]);
  });

  it("gives an id again whose session could not be started, and remembers none [D31]", async () => {
    await using test = open();
    test.runtime.failNextStart(new Error("no"));
    await expect(test.host.create({ runtime: "fake", id: "a" })).rejects.toThrow("no");
    expect(() => test.host.get("a")).toThrow(
      expect.objectContaining({ code: "session_not_found" }),
    );
  });

  it("can be found as soon as it has settled, 100 at once [S4-1] [R6.1]", async () => {
    await using test = open();
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const { session } = await test.host.create({ runtime: "fake" });
        expect(test.host.get(session.id).session).toBe(session);
      }),
    );
    expect([test.host.size, test.host.list().length]).toEqual([100, 100]);
  });

  it.each([0, -1, 1.5, Number.NaN, 1e308])(
    "refuses an idleTimeoutMs of %d with its range, and starts nothing [A70] [S2-12]",
    async (idleTimeoutMs) => {
      await using test = open();
      await expect(test.host.create({ runtime: "fake", idleTimeoutMs })).rejects.toMatchObject({
        code: "invalid_request",
        message: expect.stringMatching(/idleTimeoutMs: received .*, allowed 1 to \d+/),
      });
      expect([test.host.size, test.runtime.workers.all.length]).toEqual([0, 0]);
    },
  );

  it("refuses an executionTimeoutMs out of its range, and leaves the id free [A70]", async () => {
    await using test = open();
    await expect(
      test.host.create({ runtime: "fake", id: "a", executionTimeoutMs: -1 }),
    ).rejects.toMatchObject({ code: "invalid_request" });
    expect(test.host.size).toBe(0);
    await test.host.create({ runtime: "fake", id: "a" });
  });

  it("passes the host's options of a session on, under its own [R2.4]", async () => {
    await using test = open({
      session: { startTimeoutMs: 77, executionTimeoutMs: 1_000 },
      idleTimeoutMs: null,
    });
    const one = await test.host.create({ runtime: "fake" });
    const two = await test.host.create({ runtime: "fake", executionTimeoutMs: null });
    expect((await test.runtime.workers.take()).start.startTimeoutMs).toBe(77);
    expect(one.session.execute("code").timeoutMs).toBe(1_000);
    expect(two.session.execute("code").timeoutMs).toBeNull();
    expect(one).toMatchObject({ labels: {}, idleTimeoutMs: null, expiresAt: null });
  });
});

describe("Host.get()", () => {
  it("tells what never was from what was closed [D39] [S2-34]", async () => {
    await using test = open();
    await test.host.create({ runtime: "fake", id: "a" });
    await test.host.delete("a");
    expect(() => test.host.get("a")).toThrow(expect.objectContaining({ code: "session_closed" }));
    expect(() => test.host.get("b")).toThrow(
      expect.objectContaining({ code: "session_not_found" }),
    );
    await expect(test.host.delete("a")).rejects.toMatchObject({ code: "session_closed" });
    await test.host.create({ runtime: "fake", id: "a" });
    expect(test.host.get("a").session.status).toBe("idle");
  });

  it("forgets after a day that a session was there", async () => {
    using clock = stopClock();
    await using test = open({ idleTimeoutMs: null });
    await test.host.create({ runtime: "fake", id: "a" });
    await test.host.delete("a");
    await clock.advance(86_399_000);
    expect(() => test.host.get("a")).toThrow(expect.objectContaining({ code: "session_closed" }));
    await clock.advance(2_000);
    expect(() => test.host.get("a")).toThrow(
      expect.objectContaining({ code: "session_not_found" }),
    );
  });

  it("says what was expired, and what was closed after that [D39]", async () => {
    using clock = stopClock();
    await using test = open({ idleTimeoutMs: 1_000 });
    await test.host.create({ runtime: "fake", id: "a" });
    await clock.advance(2_000);
    expect(() => test.host.get("a")).toThrow(expect.objectContaining({ code: "session_expired" }));
    await test.host.create({ runtime: "fake", id: "a" });
    await test.host.delete("a");
    expect(() => test.host.get("a")).toThrow(expect.objectContaining({ code: "session_closed" }));
  });

  it("names the id it was asked for, of which it repeats no more than 100 characters [A66] [R5.4] [S2-32]", async () => {
    await using test = open();
    const long = "x".repeat(10_000);
    expect(() => test.host.get(long)).toThrow(
      expect.objectContaining({ details: { sessionId: "x".repeat(100) } }),
    );
  });

  it("tells when a session would expire, and that a busy one does not [R5.2]", async () => {
    using clock = stopClock(1_000);
    await using test = open({ idleTimeoutMs: 10_000 });
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    expect(test.host.get("a").expiresAt).toBe(11_000);
    session.execute("code");
    expect(test.host.get("a").expiresAt).toBeNull();
    await clock.advance(500);
    (await (await test.runtime.workers.take()).executions.take()).end();
    await clock.advance(1);
    expect(test.host.get("a").expiresAt).toBe(11_500);
  });
});

describe("idle expiry", () => {
  it("ends a session after its time without use; a use puts it off, a look does not [D39] [R5.4] [R5.2] [S2-25] [S2-27] [S2-29]", async () => {
    using clock = stopClock();
    await using test = open({ idleTimeoutMs: 10_000 });
    const { session, expiresAt } = await test.host.create({ runtime: "fake", id: "a" });
    expect(expiresAt).toBe(10_000);
    const worker = await test.runtime.workers.take();
    await clock.advance(6_000);
    session.execute("code");
    (await worker.executions.take()).end();
    await clock.advance(6_000);
    expect(test.host.get("a").expiresAt).toBe(16_000);
    test.host.list();
    await clock.advance(5_000);
    expect(() => test.host.get("a")).toThrow(expect.objectContaining({ code: "session_expired" }));
    expect(session.status).toBe("closed");
  });

  it("is looked for every idleCheckIntervalMs [S2-26]", async () => {
    using clock = stopClock();
    await using test = open({ idleTimeoutMs: 1_000, idleCheckIntervalMs: 5_000 });
    await test.host.create({ runtime: "fake", id: "a" });
    await clock.advance(4_900);
    expect(test.host.size).toBe(1);
    await clock.advance(200);
    expect(test.host.size).toBe(0);
  });

  it("never ends one that works, in the background too [D38] [S2-28]", async () => {
    using clock = stopClock();
    await using test = open({ idleTimeoutMs: 1_000 });
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    const worker = await test.runtime.workers.take();
    session.execute("long");
    const one = await worker.executions.take();
    await clock.advance(60_000);
    expect(test.host.get("a").expiresAt).toBeNull();
    one.end();
    const background = await session.executeInBackground("long");
    await clock.advance(60_000);
    expect(test.host.get("a").session).toBe(session);
    await background.kill();
    await clock.advance(5_000);
    expect(() => test.host.get("a")).toThrow(expect.objectContaining({ code: "session_expired" }));
  });

  it("is an option of each session, and may be changed [S2-29]", async () => {
    using clock = stopClock();
    await using test = open({ idleTimeoutMs: 1_000 });
    await test.host.create({ runtime: "fake", id: "a", idleTimeoutMs: null });
    await test.host.create({ runtime: "fake", id: "b", idleTimeoutMs: 5_000 });
    await clock.advance(3_000);
    expect(test.host.list()).toHaveLength(2);
    test.host.update("a", { idleTimeoutMs: 100, labels: { x: "y" } });
    expect(test.host.get("a").labels).toEqual({ x: "y" });
    await clock.advance(3_000);
    expect(test.host.list()).toHaveLength(0);
  });

  it("is put off by a restart, and by late output [R5.2]", async () => {
    using clock = stopClock();
    await using test = open({ idleTimeoutMs: 10_000 });
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    await clock.advance(9_000);
    await session.restart();
    expect(test.host.get("a").expiresAt).toBe(19_000);
    await clock.advance(9_000);
    test.runtime.workers.all[1]?.start.onLateOutput?.("x", "stdout", Buffer.from("late"));
    expect(test.host.get("a").expiresAt).toBe(28_000);
    await clock.advance(11_000);
    expect(test.host.size).toBe(0);
  });

  it("ends a session whose worker is lost as well, and only the idle ones [S2-27]", async () => {
    using clock = stopClock();
    await using test = open({ idleTimeoutMs: 5_000 });
    const ids = ["lost", "busy", "idle", "used"];
    for (const id of ids) await test.host.create({ runtime: "fake", id });
    test.runtime.workers.all[0]?.crash();
    test.host.get("busy").session.execute("code");
    await clock.advance(3_000);
    test.host.get("used").session.execute("code");
    (await test.runtime.workers.all[3]?.executions.take())?.end();
    await clock.advance(3_000);
    expect(test.host.list().map(({ session }) => session.id)).toEqual(["busy", "used"]);
  });
});

describe("Host.close()", () => {
  it("ends all sessions, refuses new ones, and may be called twice", async () => {
    const test = open();
    const sessions = await Promise.all(
      Array.from({ length: 5 }, () => test.host.create({ runtime: "fake" })),
    );
    const running = sessions.map(({ session }) => session.execute("code"));
    await Promise.all([test.host.close(), test.host.close()]);
    expect(
      (await Promise.all(running.map(({ ended }) => ended))).map(({ status }) => status),
    ).toEqual(sessions.map(() => "interrupted"));
    expect(test.host.size).toBe(0);
    await expect(test.host.create({ runtime: "fake" })).rejects.toMatchObject({
      code: "shutting_down",
    });
  });

  it("waits for sessions that are being started, and ends them", async () => {
    const runtime = new FakeRuntime({ name: "fake", startsAtOnce: false });
    const host = new Host({ runtimes: [runtime] });
    const creating = host.create({ runtime: "fake" });
    const start = await runtime.starts.take();
    const closing = host.close();
    start.ready();
    await expect(creating).rejects.toMatchObject({ code: "shutting_down" });
    await closing;
    expect(host.size).toBe(0);
  });

  it("shares nothing with another host [S3-12]", async () => {
    await using one = open();
    await using two = open();
    await one.host.create({ runtime: "fake", id: "same" });
    await two.host.create({ runtime: "fake", id: "same" });
    await one.host.close();
    expect(two.host.get("same").session.status).toBe("idle");
  });

  it("shares its end: a second call settles when nothing is left, too [R2.7]", async () => {
    const runtime = new FakeRuntime({ stopsAtOnce: false });
    const host = new Host({ runtimes: [runtime] });
    await host.create({ runtime: "fake" });
    const worker = await runtime.workers.take();
    let ends = 0;
    const closings = [host.close(), host.close()].map((closing) => closing.then(() => ends++));
    await settle();
    expect(ends).toBe(0);
    worker.crash();
    await Promise.all(closings);
    await host.close();
  });

  it("waits for sessions that were being deleted before [R2.7]", async () => {
    const runtime = new FakeRuntime({ stopsAtOnce: false });
    const host = new Host({ runtimes: [runtime] });
    await host.create({ runtime: "fake", id: "a" });
    const worker = await runtime.workers.take();
    const deleting = host.delete("a");
    let isClosed = false;
    const closing = host.close().then(() => (isClosed = true));
    await settle();
    expect([host.size, isClosed]).toEqual([0, false]);
    worker.crash();
    await Promise.all([deleting, closing]);
  });

  it("waits for the end of a session that comes up meanwhile [R2.7]", async () => {
    const runtime = new FakeRuntime({ startsAtOnce: false, stopsAtOnce: false });
    const host = new Host({ runtimes: [runtime] });
    const creating = host.create({ runtime: "fake" });
    const start = await runtime.starts.take();
    let isClosed = false;
    const closing = host.close().then(() => (isClosed = true));
    const worker = start.ready();
    await settle();
    expect([isClosed, worker.stops.length]).toEqual([false, 1]);
    worker.crash();
    await expect(creating).rejects.toMatchObject({ code: "shutting_down" });
    await closing;
  });

  it("leaves no timer, and its sessions told as closed [R2.7] [S0-69] [S3-20]", async () => {
    using clock = stopClock();
    const test = open();
    await test.host.create({ runtime: "fake", id: "a" });
    await test.host.close();
    expect(clock.pending).toBe(0);
    expect(() => test.host.get("a")).toThrow(expect.objectContaining({ code: "session_closed" }));
    expect(test.host.list()).toEqual([]);
  });
});

describe("Host.delete()", () => {
  it("ends a session with all that runs and waits, and settles when nothing is left [R2.7]", async () => {
    const runtime = new FakeRuntime({ features, stopsAtOnce: false });
    await using host = new Host({ runtimes: [runtime] });
    const { session } = await host.create({ runtime: "fake", id: "a" });
    const worker = await runtime.workers.take();
    const executions = [session.execute("a"), session.execute("b")];
    let isDeleted = false;
    const deleting = host.delete("a").then(() => (isDeleted = true));
    expect(() => host.get("a")).toThrow(expect.objectContaining({ code: "session_closed" }));
    await settle();
    expect(isDeleted).toBe(false);
    worker.crash();
    await deleting;
    for (const { ended } of executions) expect((await ended).status).toBe("interrupted");
  });

  it("of what never was, or twice, is refused and changes nothing [D31] [F46] [S2-9]", async () => {
    await using test = open();
    await test.host.create({ runtime: "fake", id: "a" });
    await expect(test.host.delete("b")).rejects.toMatchObject({ code: "session_not_found" });
    const results = await Promise.allSettled([test.host.delete("a"), test.host.delete("a")]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(test.host.size).toBe(0);
  });

  it("ends one session and no other [R2.6] [D28]", async () => {
    await using test = open();
    const sessions = await Promise.all(
      Array.from({ length: 20 }, () => test.host.create({ runtime: "fake" })),
    );
    const executions = sessions.map(({ session }) => session.execute("code"));
    await test.host.delete(sessions[7]?.session.id ?? "");
    const statuses = executions.map(({ record }) => record.status);
    expect(statuses.filter((status) => status === "running")).toHaveLength(19);
    expect(statuses[7]).toBe("interrupted");
  });

  it("makes room, 1,000 times in a row, and leaves nothing [R2.7] [S2-10]", async () => {
    using clock = stopClock();
    await using test = open({ maxSessions: 1 });
    const before = clock.pending;
    for (let i = 0; i < 1_000; i++) {
      const { session } = await test.host.create({ runtime: "fake" });
      session.execute("code", { timeoutMs: 1_000 });
      await test.host.delete(session.id);
    }
    expect([test.host.size, clock.pending - before]).toEqual([0, 0]);
    expect(test.runtime.workers.all.every(({ stops }) => stops.length === 1)).toBe(true);
  });
});

describe("Host.update()", () => {
  it("changes what is given and leaves the rest", async () => {
    await using test = open();
    await test.host.create({ runtime: "fake", id: "a", labels: { x: "1" }, idleTimeoutMs: 5_000 });
    expect(test.host.update("a", { labels: { y: "2" } })).toMatchObject({
      labels: { y: "2" },
      idleTimeoutMs: 5_000,
    });
    expect(test.host.update("a", { idleTimeoutMs: null })).toMatchObject({
      labels: { y: "2" },
      idleTimeoutMs: null,
      expiresAt: null,
    });
    test.host.update("a", { executionTimeoutMs: 123 });
    expect(test.host.get("a").session.execute("code").timeoutMs).toBe(123);
  });

  it.each([{ idleTimeoutMs: 0 }, { idleTimeoutMs: Number.NaN }, { executionTimeoutMs: -1 }])(
    "refuses %j and changes nothing, the labels neither [A70]",
    async (changes) => {
      await using test = open();
      const before = await test.host.create({ runtime: "fake", id: "a", labels: { x: "1" } });
      expect(() => test.host.update("a", { labels: {}, ...changes })).toThrow(
        expect.objectContaining({ code: "invalid_request" }),
      );
      const { labels, idleTimeoutMs } = test.host.get("a");
      expect({ labels, idleTimeoutMs }).toEqual({
        labels: { x: "1" },
        idleTimeoutMs: before.idleTimeoutMs,
      });
    },
  );

  it("of a session that is gone, or never was, says so [D39]", async () => {
    await using test = open();
    await test.host.create({ runtime: "fake", id: "a" });
    await test.host.delete("a");
    expect(() => test.host.update("a", {})).toThrow(
      expect.objectContaining({ code: "session_closed" }),
    );
    expect(() => test.host.update("b", {})).toThrow(
      expect.objectContaining({ code: "session_not_found" }),
    );
  });
});

it.each([
  [{ maxSessions: -1 }, "maxSessions"],
  [{ maxSessions: Number.NaN }, "maxSessions"],
  [{ idleTimeoutMs: 0 }, "idleTimeoutMs"],
  [{ idleCheckIntervalMs: 0 }, "idleCheckIntervalMs"],
  [{ idleCheckIntervalMs: 2 ** 31 }, "idleCheckIntervalMs"],
  [{ tombstoneMs: -1 }, "tombstoneMs"],
])("new Host() refuses %j, naming it and its range, and leaves no timer [A70]", (options, name) => {
  using clock = stopClock();
  expect(() => new Host({ ...options, runtimes: [] })).toThrow(
    expect.objectContaining({
      code: "invalid_request",
      message: expect.stringMatching(new RegExp(`${name}: received .*, allowed \\d+ to \\d+`)),
    }),
  );
  expect(clock.pending).toBe(0);
});

it("new Host() takes undefined as not given", async () => {
  const options = { maxSessions: undefined, idleTimeoutMs: undefined } as unknown as HostOptions;
  await using host = new Host({ ...options, runtimes: [new FakeRuntime()] });
  const { idleTimeoutMs } = await host.create({ runtime: "fake" });
  expect(idleTimeoutMs).toBe(defaultHostOptions.idleTimeoutMs);
});
