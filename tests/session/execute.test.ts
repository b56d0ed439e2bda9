import { type ExecuteOptions, HoldfastError, Session } from "@holdfast/core";
import { FakeRuntime } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { driven, openFake, settle } from "../support/fake-session.ts";

describe("Session.execute()", () => {
  it("runs in the order of the calls, one at a time [R4.5]", async () => {
    await using test = await openFake();
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

  it("waits for a worker that is being started [R2.1]", async () => {
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

  it("refuses one more than the bound with queue_full, and the others run [R4.5]", async () => {
    await using test = await openFake({ maxQueuedExecutions: 2 });
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
    await using test = await openFake();
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
      await using test = await openFake();
      expect(() => test.session.execute("code", options)).toThrow(
        expect.objectContaining({
          code: "invalid_request",
          message: expect.stringContaining(name),
        }),
      );
      expect(test.session.executions).toEqual([]);
    },
  );

  it("refuses an id that is taken [F45]", async () => {
    await using test = await openFake();
    test.session.execute("a", { id: "same" });
    expect(() => test.session.execute("b", { id: "same" })).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
    (await driven(test.worker)).end();
  });

  it("forgets the oldest that have ended, never one that runs or waits [D1]", async () => {
    await using test = await openFake({ maxHistory: 3 });
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
    await using test = await openFake({ maxHistory: 100 });
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

  it("keeps the order over the death of a worker [R2.1] [R2.2]", async () => {
    await using test = await openFake();
    const codes = ["a", "b", "c", "d"];
    const executions = codes.map((code) => test.session.execute(code));
    (await driven(test.worker)).end();
    await driven(test.worker);
    test.worker.crash();
    const fresh = await test.runtime.workers.take();
    for (const code of ["c", "d"]) {
      const one = await driven(fresh);
      expect(one.request.code).toBe(code);
      one.end();
    }
    const records = await Promise.all(executions.map(({ ended }) => ended));
    expect(records.map(({ status }) => status)).toEqual(["ok", "lost", "ok", "ok"]);
  });

  it("with maxQueuedExecutions 0 runs one and lets none wait", async () => {
    await using test = await openFake({ maxQueuedExecutions: 0 });
    const runs = test.session.execute("a");
    expect(() => test.session.execute("b")).toThrow(
      expect.objectContaining({ code: "queue_full" }),
    );
    (await driven(test.worker)).end();
    await runs.ended;
    expect(test.session.execute("c").record.status).toBe("running");
  });

  it("counts what waits for a worker that is being started against the bound, too [D18]", async () => {
    await using test = await openFake({ maxQueuedExecutions: 2 });
    test.worker.crash();
    await test.worker.exited;
    await settle();
    test.session.execute("a");
    expect(test.session.status).toBe("restarting");
    test.session.execute("b");
    expect(() => test.session.execute("c")).toThrow(
      expect.objectContaining({ code: "queue_full" }),
    );
  });

  it("has room again when one that waits is taken out, and a refused id is free [R4.5]", async () => {
    await using test = await openFake({ maxQueuedExecutions: 1 });
    test.session.execute("a");
    const waits = test.session.execute("b");
    expect(() => test.session.execute("c", { id: "c" })).toThrow(
      expect.objectContaining({
        code: "queue_full",
        canRetry: true,
        details: { sessionId: test.session.id, received: 1 },
      }),
    );
    expect(() => test.session.execution("c")).toThrow(
      expect.objectContaining({ code: "execution_not_found" }),
    );
    waits.interrupt();
    expect(test.session.execute("c", { id: "c" }).record.status).toBe("queued");
  });

  it("refuses without forgetting anything for it", async () => {
    await using test = await openFake({ maxQueuedExecutions: 0, maxHistory: 2 });
    const first = test.session.execute("a");
    (await driven(test.worker)).end();
    await first.ended;
    const second = test.session.execute("b");
    expect(() => test.session.execute("c")).toThrow(
      expect.objectContaining({ code: "queue_full" }),
    );
    expect(test.session.executions).toEqual([first, second]);
    expect(test.session.executionCount).toBe(2);
  });

  it.each<[string, ExecuteOptions]>([
    ["an empty id", { id: "" }],
    ["an id with a slash", { id: "a/b" }],
    ["an id of 65 characters", { id: "x".repeat(65) }],
    ["an id that ends in a newline", { id: "a\n" }],
    ["a variable without a name", { env: { "": "x" } }],
    ["a variable named A=B", { env: { "A=B": "x" } }],
    ["a variable that begins with a digit", { env: { "1A": "x" } }],
    ["a variable with a NUL", { env: { A: "x\0y" } }],
    ["a directory with a NUL", { cwd: "/tmp\0" }],
  ])("refuses %s as invalid_request, and says what is allowed [A70]", async (_, options) => {
    await using test = await openFake();
    expect(() => test.session.execute("code", options)).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        message: expect.stringContaining("allowed"),
      }),
    );
    expect(test.session).toMatchObject({ status: "idle", executionCount: 0, executions: [] });
  });

  it("gives standard input as it is, byte by byte [R4.1]", async () => {
    await using test = await openFake();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    test.session.execute("code", { stdin: bytes });
    const one = await driven(test.worker);
    expect(Buffer.from(one.request.stdin ?? [])).toEqual(Buffer.from(bytes));
    one.end();
    test.session.execute("code", { stdin: "é🎉" });
    expect(Buffer.from((await driven(test.worker)).request.stdin ?? [])).toEqual(
      Buffer.from("é🎉"),
    );
  });

  it("refuses what the runtime cannot run before it waits, and leaves no trace", async () => {
    const refusal = new HoldfastError({ code: "invalid_request", message: "code: a NUL" });
    const runtime = Object.assign(new FakeRuntime(), {
      check: ({ code }: { readonly code: string }) => {
        if (code.includes("\0")) throw refusal;
      },
    });
    await using session = await Session.open({ runtime });
    expect(() => session.execute("a\0")).toThrow(refusal);
    await expect(session.executeInBackground("a\0")).rejects.toBe(refusal);
    expect(session).toMatchObject({ isBusy: false, executions: [] });
    expect(session.execute("a").record.status).toBe("running");
  });

  it("goes back to maxHistory when more than that has run or waited [D1]", async () => {
    await using test = await openFake({ maxHistory: 2 });
    const executions = Array.from({ length: 20 }, () => test.session.execute("code"));
    for (const _ of executions) (await driven(test.worker)).end();
    await Promise.all(executions.map(({ ended }) => ended));
    test.session.execute("last");
    expect(test.session.executions).toHaveLength(2);
  });

  it("gives a record of an end that was forgotten to who still holds it", async () => {
    await using test = await openFake({ maxHistory: 1 });
    const first = test.session.execute("a");
    const one = await driven(test.worker);
    one.print("kept");
    one.end();
    await first.ended;
    test.session.execute("b");
    expect(() => test.session.execution(first.id)).toThrow(
      expect.objectContaining({ code: "execution_not_found" }),
    );
    expect(first.record.status).toBe("ok");
    expect(first.stdout.toString()).toBe("kept");
    await expect(first.kill()).rejects.toMatchObject({ code: "execution_not_found" });
  });
});
