import type { WorkerOutcome, WorkerStartOptions } from "@holdfast/core";
import { type FakeWorker, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { type FakeSession, driven, openFake, settle } from "../support/fake-session.ts";

const open = () => openFake({}, { features: ["interrupt", "fork"] });

/** Answers the fork with which a transaction begins. */
async function forked(
  { worker, runtime }: Pick<FakeSession, "worker" | "runtime">,
  meanwhile = () => {},
): Promise<FakeWorker> {
  const fork = await worker.operations.take();
  meanwhile();
  const spare = await runtime.start(fork.arguments[0] as WorkerStartOptions);
  fork.resolve({ worker: spare, skipped: [] });
  return spare;
}

/** The next worker that nobody has taken yet, the spare ones left out. */
async function takeFresh({ runtime }: FakeSession): Promise<FakeWorker> {
  for (;;) {
    const worker = await runtime.workers.take();
    if (!worker.hasEnded) return worker;
  }
}

describe("a transaction [R8.3]", () => {
  it("that comes to a good end lets go of the fork", async () => {
    await using test = await open();
    const execution = test.session.execute("1", { onError: "rollback" });
    const spare = await forked(test);
    (await driven(test.worker)).end();
    expect(await execution.ended).toMatchObject({ status: "ok", sessionState: "kept" });
    await settle();
    expect([spare.stops.length, test.worker.stops.length]).toEqual([1, 0]);
    expect(test.session.pid).toBe(test.worker.pid);
  });

  const failures: readonly (readonly [string, Partial<WorkerOutcome>])[] = [
    ["raises", { status: "error" }],
    ["exits with another status than 0", { exitCode: 3 }],
    ["loses its worker", { status: "lost", exitCode: 3 }],
    ["is killed", { status: "lost", exitCode: null, signal: "SIGKILL" }],
  ];
  it.each(failures)("that %s goes on in the fork, in which it never was", async (_, outcome) => {
    await using test = await open();
    const execution = test.session.execute("1", { onError: "rollback" });
    const next = test.session.execute("2");
    const spare = await forked(test);
    (await driven(test.worker)).end(outcome);
    expect(await execution.ended).toMatchObject({
      status: outcome.status ?? "ok",
      sessionState: "restored",
    });
    (await driven(spare)).end();
    expect(await next.ended).toMatchObject({ status: "ok", sessionState: "kept" });
    expect([test.session.pid, test.session.restarts]).toEqual([spare.pid, 0]);
    expect([test.worker.stops.length, spare.stops.length]).toEqual([1, 0]);
    spare.crash();
    await settle();
    expect(test.session.status).toBe("lost"); // what is said of the new worker counts
  });

  it.each(["interrupt", "timeout"] as const)("that ends by %s goes back", async (how) => {
    await using test = await open();
    const execution = test.session.execute("1", {
      onError: "rollback",
      ...(how === "timeout" ? { timeoutMs: 10 } : {}),
    });
    await forked(test);
    const one = await driven(test.worker);
    if (how === "interrupt") execution.interrupt();
    else while (one.interrupts === 0) await settle();
    one.end({ status: "interrupted" });
    expect(await execution.ended).toMatchObject({
      status: how === "interrupt" ? "interrupted" : "timeout",
      sessionState: "restored",
    });
  });

  it("that is interrupted while it begins never runs", async () => {
    await using test = await open();
    const execution = test.session.execute("1", { onError: "rollback" });
    await settle();
    execution.interrupt();
    const spare = await forked(test);
    expect(await execution.ended).toMatchObject({ status: "interrupted", sessionState: "kept" });
    expect([spare.stops.length, test.worker.executions.all.length]).toEqual([1, 0]);
    expect(test.session.status).toBe("idle");
  });

  it.each(["restart", "close"] as const)("leaves no worker behind after a %s", async (method) => {
    await using test = await open();
    const execution = test.session.execute("1", { onError: "rollback" });
    const spare = await forked(test);
    await driven(test.worker);
    await test.session[method]();
    expect((await execution.ended).status).toBe("interrupted");
    expect([test.worker.stops.length, spare.stops.length]).toEqual([1, 1]);
  });

  it("is refused, and nothing is run, where the runtime cannot [R8.3]", async () => {
    await using test = await openFake({}, { features: ["interrupt"] });
    const refused = {
      code: "feature_unsupported",
      details: expect.objectContaining({ feature: "fork" }),
    };
    expect(() => test.session.execute("1", { onError: "rollback" })).toThrow(
      expect.objectContaining(refused),
    );
    test.worker.crash();
    await settle();
    // Not known before there is a worker.
    const execution = test.session.execute("1", { onError: "rollback" });
    expect(await execution.ended).toMatchObject({
      status: "error",
      sessionState: "kept",
      error: { name: "feature_unsupported" },
    });
    for (const worker of test.runtime.workers.all) expect(worker.executions.all).toEqual([]);
  });

  it("that took its interrupt is not terminated on its way back", async () => {
    using clock = stopClock();
    await using test = await openFake(
      { interruptGraceMs: 100 },
      { features: ["interrupt", "background", "checkpoint"] },
    );
    const execution = test.session.execute("1", { onError: "rollback" });
    (await test.worker.operations.take()).resolve({ format: "text", skipped: [] });
    const one = await driven(test.worker);
    execution.interrupt();
    one.end({ status: "interrupted" });
    const restore = await test.worker.operations.take();
    await clock.advance(1_000);
    expect(test.worker.stops).toEqual([]);
    restore.resolve({ skipped: [] });
    expect(await execution.ended).toMatchObject({ sessionState: "restored" });
  });

  it("is written down where background executions hang on the worker, and goes back in place", async () => {
    await using test = await openFake({}, { features: ["interrupt", "background", "checkpoint"] });
    const execution = test.session.execute("1", { onError: "rollback" });
    const checkpoint = await test.worker.operations.take();
    await (checkpoint.arguments[0] as (piece: Uint8Array) => Promise<void>)(Buffer.from("x=1"));
    checkpoint.resolve({ format: "text", skipped: [] });
    (await driven(test.worker)).end({ exitCode: 1 });
    const restore = await test.worker.operations.take();
    const pieces: string[] = [];
    for await (const piece of restore.arguments[0] as AsyncIterable<Buffer>)
      pieces.push(String(piece));
    expect([restore.method, pieces, execution.record.status]).toEqual([
      "restore",
      ["x=1"],
      "running",
    ]);
    restore.resolve({ skipped: [] });
    expect(await execution.ended).toMatchObject({ exitCode: 1, sessionState: "restored" });
    expect(test.session.pid).toBe(test.worker.pid);
  });

  it("whose way back has ended meanwhile does not say that the state was had back", async () => {
    await using test = await open();
    const execution = test.session.execute("1", { onError: "rollback" });
    const next = test.session.execute("2");
    const spare = await forked(test);
    spare.crash();
    (await driven(test.worker)).end({ status: "error" });
    expect(await execution.ended).toMatchObject({ status: "lost", sessionState: "lost" });
    const fresh = await takeFresh(test);
    (await driven(fresh)).end();
    expect((await next.ended).status).toBe("ok");
  });

  it("that is killed while it begins loses its worker, and the next one gets another", async () => {
    await using test = await openFake(
      {},
      { features: ["interrupt", "fork"], stopsAtOnce: false, startsAtOnce: true },
    );
    const execution = test.session.execute("1", { onError: "rollback" });
    const next = test.session.execute("2");
    const spare = await forked(test, () => void execution.kill());
    await settle();
    expect(execution.hasEnded).toBe(false); // the worker is on its way out
    test.worker.crash();
    expect(await execution.ended).toMatchObject({ status: "lost", sessionState: "lost" });
    spare.crash(); // it was let go
    const fresh = await takeFresh(test);
    (await driven(fresh)).end();
    expect((await next.ended).status).toBe("ok");
    expect(test.worker.executions.all).toEqual([]);
    fresh.crash();
  });

  const written = { features: ["interrupt", "background", "checkpoint"] } as const;

  /** A transaction that has lost its worker, up to the restore of the one in its place. */
  async function losing(test: FakeSession) {
    const execution = test.session.execute("1", { onError: "rollback" });
    (await test.worker.operations.take()).resolve({ format: "text", skipped: [] });
    (await driven(test.worker)).end({ status: "lost", exitCode: 3 });
    const fresh = await takeFresh(test);
    const restore = await fresh.operations.take();
    expect(restore.method).toBe("restore");
    return { execution, fresh, restore };
  }

  it("that cannot go back in a fresh worker ends that one", async () => {
    await using test = await openFake({}, written);
    const { execution, fresh, restore } = await losing(test);
    restore.reject(new Error("no"));
    expect(await execution.ended).toMatchObject({ status: "lost", sessionState: "lost" });
    await test.session.close();
    expect(fresh.hasEnded).toBe(true);
  });

  it("that does not go back in time ends the fresh worker", async () => {
    using clock = stopClock();
    await using test = await openFake({ operationTimeoutMs: 1_000 }, written);
    const { execution, fresh } = await losing(test);
    await clock.advance(1_000);
    expect(await execution.ended).toMatchObject({ status: "lost", sessionState: "lost" });
    await settle();
    expect(fresh.hasEnded).toBe(true);
  });

  it.each(["restart", "close"] as const)(
    "leaves no worker behind after a %s on its way back, and says that the state is lost",
    async (method) => {
      await using test = await openFake({}, written);
      const { execution, fresh } = await losing(test);
      await test.session[method]();
      expect(fresh.hasEnded).toBe(true);
      expect(await execution.ended).toMatchObject({ status: "interrupted", sessionState: "lost" });
    },
  );
});
