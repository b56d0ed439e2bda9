import { Host, type HostOptions, MemoryCheckpointStore } from "@holdfast/core";
import { FakeRuntime, type FakeWorker } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { driven, settle } from "../support/fake-session.ts";

const features = ["interrupt", "checkpoint", "fork"] as const;

function open(options: Omit<HostOptions, "runtimes"> = {}) {
  const runtime = new FakeRuntime({ features });
  const store = new MemoryCheckpointStore();
  const host = new Host({ checkpoints: store, ...options, runtimes: [runtime] });
  return { runtime, store, host, [Symbol.asyncDispose]: () => host.close() };
}

/** Answers the next checkpoint with a state. */
async function writes(worker: FakeWorker, state: string): Promise<void> {
  const { method, arguments: given, resolve } = await worker.operations.take();
  expect(method).toBe("checkpoint");
  await (given[0] as (piece: Uint8Array) => Promise<void>)(Buffer.from(state));
  resolve({ format: "text", skipped: [{ name: "f", reason: "an open file" }] });
}

/** Answers the next restore, and says with what. */
async function restores(worker: FakeWorker): Promise<string> {
  const { method, arguments: given, resolve } = await worker.operations.take();
  expect(method).toBe("restore");
  const pieces: string[] = [];
  for await (const piece of given[0] as AsyncIterable<Uint8Array>)
    pieces.push(Buffer.from(piece).toString());
  resolve({ skipped: [] });
  return pieces.join("");
}

describe("Host.checkpoint()", () => {
  it("keeps a state that a lost session goes on from [R7.3] [R2.1] [S0-12] [S2-22]", async () => {
    await using test = open();
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    const worker = await test.runtime.workers.take();
    const [checkpoint] = await Promise.all([
      test.host.checkpoint("a", { name: "first" }),
      writes(worker, "x=1"),
    ]);
    expect(checkpoint).toMatchObject({
      sessionId: "a",
      runtime: "fake",
      name: "first",
      sizeBytes: 3,
      skipped: [{ name: "f", reason: "an open file" }],
    });
    worker.crash();
    await settle();
    const next = session.execute("1");
    const fresh = await test.runtime.workers.take();
    expect(await restores(fresh)).toBe("x=1");
    (await driven(fresh)).end();
    expect((await next.ended).status).toBe("ok");
  });

  it("is not gone back to after a restart, but can be restored [R7.3]", async () => {
    await using test = open();
    await test.host.create({ runtime: "fake", id: "a" });
    const worker = await test.runtime.workers.take();
    const [{ id }] = await Promise.all([test.host.checkpoint("a"), writes(worker, "x=1")]);
    await test.host.restart("a");
    const second = await test.runtime.workers.take();
    second.crash();
    await settle();
    const execution = test.host.get("a").session.execute("1");
    const third = await test.runtime.workers.take();
    (await driven(third)).end();
    expect((await execution.ended).status).toBe("ok");
    const [report, state] = await Promise.all([test.host.restore("a", id), restores(third)]);
    expect([report, state]).toEqual([{ skipped: [] }, "x=1"]);
  });

  it("starts another session, once its own is gone too [S2-20] [R7.3]", async () => {
    await using test = open();
    await test.host.create({ runtime: "fake", id: "a" });
    const worker = await test.runtime.workers.take();
    const [{ id }] = await Promise.all([test.host.checkpoint("a"), writes(worker, "x=1")]);
    await test.host.delete("a");
    const creating = test.host.create({ runtime: "fake", id: "b", restore: id });
    const other = await test.runtime.workers.take();
    expect(await restores(other)).toBe("x=1");
    expect((await creating).session.status).toBe("idle");
  });

  it.each([
    ["ids of their own", () => ({}), 2, "too_many_sessions"],
    ["one owner's limit", () => ({ owner: "o", maxOfOwner: 1 }), 1, "too_many_sessions"],
    ["the same id", () => ({ id: "same" }), 1, "session_exists"],
  ])(
    "keeps to the limits when many start from one at once, with %s [A68] [A64]",
    async (_, options, allowed, code) => {
      await using test = open({ maxSessions: 3 });
      await test.host.create({ runtime: "fake", id: "a" });
      const worker = await test.runtime.workers.take();
      const [{ id }] = await Promise.all([test.host.checkpoint("a"), writes(worker, "x=1")]);
      const creating = Promise.allSettled(
        Array.from({ length: 10 }, () =>
          test.host.create({ ...options(), runtime: "fake", restore: id }),
        ),
      );
      for (let i = 0; i < allowed; i++)
        expect(await restores(await test.runtime.workers.take())).toBe("x=1");
      const results = await creating;
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(allowed);
      for (const result of results)
        if (result.status === "rejected") expect(result.reason).toMatchObject({ code });
      // As many workers as sessions: none was started that belongs to nobody.
      expect([test.runtime.workers.all.length, test.host.size]).toEqual([1 + allowed, 1 + allowed]);
    },
  );

  it("frees the id and the place of a session whose checkpoint is not there", async () => {
    await using test = open({ maxSessions: 1 });
    const fails = { runtime: "fake", id: "a", restore: "none" };
    const results = await Promise.allSettled([test.host.create(fails), test.host.create(fails)]);
    expect(results).toMatchObject([
      { reason: { code: "checkpoint_not_found" } },
      { reason: { code: "session_exists" } },
    ]);
    expect(test.host.size).toBe(0);
    await test.host.create({ runtime: "fake", id: "a" });
  });

  it("is refused where there is none, or no store for them, and starts nothing", async () => {
    await using test = open();
    await expect(test.host.create({ runtime: "fake", restore: "none" })).rejects.toMatchObject({
      code: "checkpoint_not_found",
    });
    expect(test.runtime.workers.all).toEqual([]);
    await using bare = new Host({ runtimes: [test.runtime] });
    await bare.create({ runtime: "fake", id: "a" });
    await expect(bare.checkpoint("a")).rejects.toMatchObject({ code: "feature_unsupported" });
    await expect(bare.create({ runtime: "fake", restore: "x" })).rejects.toMatchObject({
      code: "feature_unsupported",
    });
  });

  it("comes by itself after an execution, where that is asked for", async () => {
    await using test = open({ automaticCheckpoints: { afterExecution: true } });
    const { session } = await test.host.create({ runtime: "fake", id: "a" });
    const worker = await test.runtime.workers.take();
    session.execute("1");
    (await driven(worker)).end();
    await writes(worker, "x=1");
    while ((await test.store.list()).items.length === 0) await settle();
    worker.crash();
    await settle();
    session.execute("2");
    expect(await restores(await test.runtime.workers.take())).toBe("x=1");
  });
});

describe("Host.fork()", () => {
  async function forks(test: ReturnType<typeof open>, worker: FakeWorker, count: number) {
    for (let i = 0; i < count; i++) {
      const { arguments: given, resolve } = await worker.operations.take();
      resolve({ worker: await test.runtime.start(given[0] as never), skipped: [] });
    }
  }

  it("gives sessions of the host, with the labels and limits of the one they come from", async () => {
    await using test = open();
    await test.host.create({
      runtime: "fake",
      id: "a",
      labels: { l: "1" },
      idleTimeoutMs: 5_000,
      env: { E: "1" },
    });
    const worker = await test.runtime.workers.take();
    const [{ sessions }] = await Promise.all([
      test.host.fork("a", { ids: ["b", "c"] }),
      forks(test, worker, 2),
    ]);
    expect(
      sessions.map(({ session, labels, idleTimeoutMs }) => [session.id, labels, idleTimeoutMs]),
    ).toEqual([
      ["b", { l: "1" }, 5_000],
      ["c", { l: "1" }, 5_000],
    ]);
    expect(test.host.list().map(({ session }) => session.id)).toEqual(["a", "b", "c"]);
    expect((await test.runtime.workers.take()).start).toMatchObject({
      sessionId: "b",
      env: { E: "1" },
    });
  });

  it.each([
    [{ ids: ["b", "b"] }, "invalid_request"],
    [{ ids: [] }, "invalid_request"],
    [{ count: 2, ids: ["b"] }, "invalid_request"],
    [{ ids: ["../b"] }, "invalid_request"],
    [{ ids: ["a"] }, "session_exists"],
    [{ count: 2 }, "too_many_sessions"],
  ])("refuses %j, and starts nothing [A65]", async (options, code) => {
    await using test = open({ maxSessions: 2 });
    await test.host.create({ runtime: "fake", id: "a" });
    await expect(test.host.fork("a", options)).rejects.toMatchObject({ code });
    expect([test.runtime.workers.all.length, test.host.size]).toEqual([1, 1]);
  });
});
