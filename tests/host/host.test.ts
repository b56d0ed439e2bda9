import { Host, HoldfastError, type HostOptions } from "@holdfast/core";
import { FakeRuntime, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";

const features = ["background", "interrupt"] as const;

/** A host of fake sessions. */
function open(options: Omit<HostOptions, "runtimes"> = {}) {
  const runtime = new FakeRuntime({ name: "fake", features });
  const host = new Host({ ...options, runtimes: [runtime] });
  return { runtime, host, [Symbol.asyncDispose]: () => host.close() };
}

describe("Host.create()", () => {
  it("starts a session under an id of 128 random bits, or the one that is given [A65]", async () => {
    await using test = open();
    const one = await test.host.create({ runtime: "fake" });
    const two = await test.host.create({ runtime: "fake", id: "mine", labels: { a: "b" } });
    expect(one.session.id).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
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

  it("gives an id to one of those who ask for it at once", async () => {
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
});

describe("Host.get()", () => {
  it("tells what never was from what was closed [D39]", async () => {
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
});

describe("idle expiry", () => {
  it("ends a session after its time without use; a use puts it off, a look does not [D39] [R5.4]", async () => {
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

  it("never ends one that works, in the background too [D38]", async () => {
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

  it("is an option of each session, and may be changed", async () => {
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

  it("shares nothing with another host", async () => {
    await using one = open();
    await using two = open();
    await one.host.create({ runtime: "fake", id: "same" });
    await two.host.create({ runtime: "fake", id: "same" });
    await one.host.close();
    expect(two.host.get("same").session.status).toBe("idle");
  });
});
