import { resolveSessionOptions, Session, type SessionOptions } from "@holdfast/core";
import { FakeRuntime } from "@holdfast/harness";
import { expect, it } from "vitest";

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

it("Session.open() refuses null where there must be a time, and takes it where there need not [A70]", async () => {
  const runtime = new FakeRuntime();
  const options = { startTimeoutMs: null as unknown as number };
  await expect(Session.open({ ...options, runtime })).rejects.toMatchObject({
    code: "invalid_request",
  });
  await using session = await Session.open({
    runtime,
    executionTimeoutMs: null,
    inputWaitTimeoutMs: null,
  });
  expect(session.status).toBe("idle");
});

it("resolveSessionOptions() gives the documented defaults for what is not given, or undefined [R2.4] [S0-41]", () => {
  const given = { startTimeoutMs: undefined, maxHistory: 5 } as unknown as SessionOptions;
  expect(resolveSessionOptions(given)).toEqual({
    startTimeoutMs: 10_000,
    executionTimeoutMs: null,
    interruptGraceMs: 2_000,
    terminateGraceMs: 1_000,
    inputSendTimeoutMs: 5_000,
    inputWaitTimeoutMs: 300_000,
    operationTimeoutMs: 120_000,
    heartbeatIntervalMs: 5_000,
    heartbeatTimeoutMs: 60_000,
    maxFailedStarts: 5,
    maxQueuedExecutions: 1_000,
    maxBackgroundExecutions: 64,
    maxOutputBytes: 16 * 1024 * 1024,
    maxHistory: 5,
  });
});
