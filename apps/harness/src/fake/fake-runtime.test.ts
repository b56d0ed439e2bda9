import { HoldfastError, Session } from "@holdfast/core";
import { expect, test } from "vitest";
import { collect } from "../wait/collect.ts";
import { FakeRuntime } from "./fake-runtime.ts";

test("FakeRuntime brings a session's worker up and the test drives its execution [R9.2] [S0-44]", async () => {
  const runtime = new FakeRuntime();
  await using session = await Session.open({ runtime });
  const worker = await runtime.workers.take();
  const execution = session.execute("code", { env: { A: "1" } });
  const driven = await worker.executions.take();
  expect(driven.request).toMatchObject({ code: "code", env: { A: "1" } });
  driven.tell({ type: "started", pid: 7 });
  driven.print("out");
  driven.print("err", "stderr");
  driven.end({ exitCode: 3 });
  await expect(execution.ended).resolves.toMatchObject({ status: "ok", exitCode: 3, pid: 7 });
  expect([execution.stdout.toString(), execution.stderr.toString()]).toEqual(["out", "err"]);
  const events = await collect(execution.events());
  expect(events.map(({ type }) => type)).toEqual(["started", "stdout", "stderr", "completed"]);
});

test("FakeRuntime.failNextStart() makes one start fail", async () => {
  const runtime = new FakeRuntime();
  runtime.failNextStart(new HoldfastError({ code: "worker_start_failed", message: "no" }));
  await expect(Session.open({ runtime })).rejects.toMatchObject({ code: "worker_start_failed" });
  await using session = await Session.open({ runtime });
  expect(session.status).toBe("idle");
});

test("FakeRuntime without `startsAtOnce` lets the test say when a worker is ready, or that it is not", async () => {
  const runtime = new FakeRuntime({ startsAtOnce: false });
  const opening = Session.open({ runtime, env: { A: "1" } });
  const start = await runtime.starts.take();
  expect(start.options.env).toEqual({ A: "1" });
  start.ready();
  await (await opening).close();
  const failing = Session.open({ runtime });
  (await runtime.starts.take()).fail(new Error("out of luck"));
  await expect(failing).rejects.toThrow("out of luck");
});

test("FakeRuntime.inspect() tells the features it was given", async () => {
  const runtime = new FakeRuntime({ name: "toy", features: ["interrupt"] });
  await expect(runtime.inspect()).resolves.toMatchObject({ name: "toy", features: ["interrupt"] });
});

test("FakeWorker.crash() loses what runs, and the session starts a fresh worker [R2.1] [R2.2]", async () => {
  const runtime = new FakeRuntime();
  await using session = await Session.open({ runtime });
  const worker = await runtime.workers.take();
  const execution = session.execute("code");
  await worker.executions.take();
  worker.crash({ signal: "SIGSEGV" });
  await expect(execution.ended).resolves.toMatchObject({ status: "lost", signal: "SIGSEGV" });
  session.execute("more");
  const next = await runtime.workers.take();
  (await next.executions.take()).end();
  expect(session.restarts).toBe(1);
});

test("FakeExecution records interrupts, input, signals and back-pressure", async () => {
  const runtime = new FakeRuntime({ features: ["background"] });
  await using session = await Session.open({ runtime });
  const worker = await runtime.workers.take();
  const execution = session.execute("code", { allowInput: true });
  const driven = await worker.executions.take();
  await execution.write("yes", { close: true });
  execution.interrupt();
  expect(driven.interrupts).toBe(1);
  expect(driven.written).toEqual([{ data: Buffer.from("yes"), close: true }]);
  driven.pause();
  expect(driven.isPaused).toBe(true);
  driven.resume();
  expect(driven.isPaused).toBe(false);
  driven.end({ status: "interrupted" });
  const background = await session.executeInBackground("more");
  const beside = await worker.backgroundExecutions.take();
  await background.kill("SIGUSR1");
  expect(beside.signals).toEqual(["SIGUSR1"]);
  await background.kill();
  await expect(background.ended).resolves.toMatchObject({ signal: "SIGKILL" });
});
