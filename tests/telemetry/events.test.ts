import { pythonRuntime } from "@holdfast/adapter-python";
import { Host, MemoryCheckpointStore, Session } from "@holdfast/core";
import { FakeRuntime, eventually } from "@holdfast/harness";
import { expect, test } from "vitest";
import { driven, openFake } from "../support/fake-session.ts";
import { record } from "./told.ts";

const runtime = "fake";

test("a session is told from its creation to its termination, each execution between [R5.5] [S2-37] [S2-38]", async () => {
  using recording = record("s1");
  const { session, worker } = await openFake({ id: "s1" });
  const execution = session.execute("123", { id: "e1" });
  const running = await driven(worker);
  running.print("four");
  running.print("five!", "stderr");
  running.end({ exitCode: 3 });
  await execution.ended;
  await session.close();
  await session.close();
  const ids = { sessionId: "s1", executionId: "e1", runtime, isBackground: false };
  const number = expect.any(Number) as number;
  expect(recording.told).toEqual([
    {
      name: "session.created",
      sessionId: "s1",
      runtime,
      parentId: null,
      pid: worker.pid,
      durationMs: number,
      activeSessions: number,
    },
    { name: "execution.queued", ...ids, codeBytes: 3 },
    { name: "execution.started", ...ids, queuedMs: number },
    {
      name: "execution.ended",
      ...ids,
      status: "ok",
      exitCode: 3,
      signal: null,
      sessionState: "kept",
      hasStarted: true,
      queuedMs: number,
      durationMs: number,
      stdoutBytes: 4,
      stderrBytes: 5,
      isTruncated: false,
    },
    {
      name: "worker.exited",
      sessionId: "s1",
      runtime,
      pid: worker.pid,
      exitCode: null,
      signal: "SIGKILL",
    },
    {
      name: "session.terminated",
      sessionId: "s1",
      runtime,
      reason: "closed",
      lifetimeMs: number,
      executionCount: 1,
      restarts: 0,
      activeSessions: number,
    },
  ]);
});

test("a restart is told with its reason: asked for, or after a loss [R5.5] [R2.1]", async () => {
  using recording = record("s2");
  const { session, worker, runtime: fake } = await openFake({ id: "s2" });
  await session.restart();
  const second = await fake.workers.take();
  second.crash({ exitCode: 9, signal: null });
  await eventually(() => session.status === "lost", { what: "loss of the worker" });
  const execution = session.execute("x");
  (await driven(await fake.workers.take())).end();
  await execution.ended;
  await session.close();
  const restarts = recording.told.filter(({ name }) => name === "session.restarted");
  expect(restarts).toMatchObject([
    { reason: "requested", restarts: 1, pid: second.pid },
    { reason: "worker_lost", restarts: 2 },
  ]);
  const exits = recording.told.filter(({ name }) => name === "worker.exited");
  expect(exits).toMatchObject([{ pid: worker.pid }, { pid: second.pid, exitCode: 9 }, {}]);
});

test("a session that cannot be started is told as that, and as nothing else [R5.5]", async () => {
  using recording = record("s3");
  const fake = new FakeRuntime();
  fake.failNextStart(new Error("no"));
  await expect(Session.open({ runtime: fake, id: "s3" })).rejects.toThrow("no");
  expect(recording.told).toMatchObject([{ name: "session.start_failed", code: "internal" }]);
});

test("what a full queue refuses, and what never ran, are told [R5.5]", async () => {
  using recording = record("s4");
  const { session, worker } = await openFake({ id: "s4", maxQueuedExecutions: 1 });
  const first = session.execute("1");
  const running = await driven(worker);
  const waiting = session.execute("2", { id: "waiting" });
  expect(() => session.execute("3", { id: "refused" })).toThrow(/queue_full/);
  waiting.interrupt();
  running.end();
  await first.ended;
  await session.close();
  const of = (id: string) =>
    recording.told.filter((one) => "executionId" in one && one.executionId === id);
  expect(of("refused")).toMatchObject([
    { name: "execution.queued" },
    { name: "execution.rejected", code: "queue_full" },
  ]);
  expect(of("waiting")).toMatchObject([
    { name: "execution.queued" },
    { name: "execution.ended", status: "interrupted", hasStarted: false, durationMs: 0 },
  ]);
});

test("every event counts the sessions that there are [S2-40]", async () => {
  using first = record("s5");
  using second = record("s6");
  const one = await openFake({ id: "s5" });
  const other = await openFake({ id: "s6" });
  await one.session.close();
  await other.session.close();
  const counts = [...first.told, ...second.told].flatMap((told) =>
    "activeSessions" in told ? [told.activeSessions] : [],
  );
  const [base = 0] = counts;
  expect(counts).toEqual([base, base, base + 1, base - 1]);
});

test("sessions of a host that is closed end by its shutdown, an idle one by its expiry [R5.5] [S2-38]", async () => {
  using left = record("left");
  using idle = record("idle");
  const host = new Host({ runtimes: [new FakeRuntime()], idleCheckIntervalMs: 5 });
  await host.create({ runtime, id: "left" });
  await host.create({ runtime, id: "idle", idleTimeoutMs: 10 });
  await eventually(() => idle.told.some(({ name }) => name === "session.terminated"), {
    what: "expiry",
  });
  await host.close();
  expect(idle.told.at(-1)).toMatchObject({ name: "session.terminated", reason: "expired" });
  expect(left.told.at(-1)).toMatchObject({ name: "session.terminated", reason: "shutdown" });
});

test("an idle session is told to expire before it does [R5.2]", async () => {
  using recording = record("soon");
  await using host = new Host({
    runtimes: [new FakeRuntime()],
    idleCheckIntervalMs: 5,
    onExpiring: () => expect(recording.told.at(-1)?.name).toBe("host.expiring"),
  });
  const { expiresAt } = await host.create({ runtime, id: "soon", idleTimeoutMs: 100 });
  await eventually(() => recording.told.at(-1)?.name === "session.terminated", { what: "expiry" });
  const expiring = recording.told.filter(({ name }) => name === "host.expiring");
  expect(expiring).toEqual([{ name: "host.expiring", sessionId: "soon", runtime, expiresAt }]);
});

test("checkpoints, what starts from them, and their failures are told [R5.5]", async () => {
  using recording = record("kept");
  const fake = new FakeRuntime({ features: ["checkpoint"] });
  await using host = new Host({ runtimes: [fake], checkpoints: new MemoryCheckpointStore() });
  const { session } = await host.create({ runtime, id: "kept" });
  const worker = await fake.workers.take();
  const taking = host.checkpoint("kept");
  const { arguments: given, resolve } = await worker.operations.take();
  await (given[0] as (piece: Uint8Array) => Promise<void>)(Buffer.from("12345"));
  resolve({ format: "text", skipped: [{ name: "f", reason: "an open file" }] });
  const { id: checkpointId } = await taking;
  const failing = host.checkpoint("kept");
  (await worker.operations.take()).reject(new Error("no"));
  await expect(failing).rejects.toThrow("no");
  worker.crash();
  await eventually(() => session.status === "lost", { what: "loss of the worker" });
  const execution = session.execute("1");
  const fresh = await fake.workers.take();
  (await fresh.operations.take()).resolve({ skipped: [] });
  (await driven(fresh)).end();
  await execution.ended;
  const about = (name: string) => recording.told.filter((told) => told.name === name);
  expect(about("checkpoint.created")).toMatchObject([
    { checkpointId, bytes: 5, skipped: 1, isAutomatic: false, runtime },
  ]);
  expect(about("checkpoint.failed")).toMatchObject([{ operation: "create", code: "internal" }]);
  expect(about("session.restarted")).toMatchObject([{ reason: "worker_lost", isRestored: true }]);
});

test("messages of a Python worker are told with type and size [R5.5] [S2-39]", async () => {
  using recording = record("py");
  await using session = await Session.open({ runtime: pythonRuntime(), id: "py" });
  await session.execute("1 + 1").ended;
  const types = recording.told.flatMap((told) =>
    told.name === "message.sent" || told.name === "message.received"
      ? [`${told.name} ${told.type}`]
      : [],
  );
  expect(types).toEqual(
    expect.arrayContaining([
      "message.sent execute",
      "message.received started",
      "message.received completed",
    ]),
  );
  for (const told of recording.told) if ("type" in told) expect(told.bytes).toBeGreaterThan(1);
});
