import { Session } from "@holdfast/core";
import { expect, test } from "vitest";
import { FakeRuntime } from "../fake/fake-runtime.ts";
import { stopClock } from "./fake-clock.ts";

test("stopClock() holds timers and Date until advance(), and gives them back", async () => {
  const fired: string[] = [];
  {
    using clock = stopClock(1_000);
    setTimeout(() => {
      fired.push(`first at ${Date.now()}`);
      void Promise.resolve().then(() => setTimeout(() => fired.push("second"), 500));
    }, 100);
    await clock.advance(99);
    expect(fired).toEqual([]);
    await clock.advance(600);
    expect(fired).toEqual(["first at 1100", "second"]);
    expect(clock.now).toBe(1_699);
  }
  expect(Date.now()).toBeGreaterThan(1_000_000);
});

test("stopClock() brings an execution to its timeout, and to the kill after the grace, without waiting [R2.4] [R9.4] [S0-49]", async () => {
  using clock = stopClock();
  const runtime = new FakeRuntime();
  await using session = await Session.open({ runtime, interruptGraceMs: 2_000 });
  const worker = await runtime.workers.take();
  const execution = session.execute("for ever", { timeoutMs: 60_000 });
  const driven = await worker.executions.take();
  await clock.advance(59_999);
  expect(driven.interrupts).toBe(0);
  await clock.advance(1);
  expect(driven.interrupts).toBe(1);
  await clock.advance(1_999);
  expect(execution.hasEnded).toBe(false);
  await clock.advance(1);
  await expect(execution.ended).resolves.toMatchObject({ status: "timeout", sessionState: "lost" });
});
