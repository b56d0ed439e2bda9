import { collect, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { driven, openFake } from "../support/fake-session.ts";

describe("input", () => {
  it("goes to the execution that takes it [D22]", async () => {
    await using test = await openFake();
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
    await using test = await openFake();
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

  it("that does not come in time ends the execution as timeout [R2.4] [S0-40]", async () => {
    using clock = stopClock();
    await using test = await openFake({ inputWaitTimeoutMs: 1_000 });
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.tell({ type: "input_request", prompt: "", password: false });
    await clock.advance(1_000);
    expect(one.interrupts).toBe(1);
    one.end({ status: "interrupted" });
    expect((await execution.ended).status).toBe("timeout");
  });

  it("that was answered does not end the execution later, however long it goes on [R2.5]", async () => {
    using clock = stopClock();
    await using test = await openFake({ inputWaitTimeoutMs: 1_000 });
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.tell({ type: "input_request", prompt: "", password: false });
    await clock.advance(900);
    await execution.write("yes");
    await clock.advance(60_000);
    expect(one.interrupts).toBe(0);
    one.end();
    expect((await execution.ended).status).toBe("ok");
  });

  it("that came before it was asked for is an answer too [R2.5]", async () => {
    using clock = stopClock();
    await using test = await openFake({ inputWaitTimeoutMs: 1_000 });
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    await execution.write("first");
    await execution.write("second", { close: true });
    for (let i = 0; i < 3; i++) one.tell({ type: "input_request", prompt: "", password: false });
    await clock.advance(60_000);
    expect(one.interrupts).toBe(0);
    one.end();
    await execution.ended;
  });

  it("is waited for as long each time it is asked for [R2.5] [D22]", async () => {
    using clock = stopClock();
    await using test = await openFake({ inputWaitTimeoutMs: 1_000 });
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    for (let i = 0; i < 3; i++) {
      one.tell({ type: "input_request", prompt: "", password: false });
      await clock.advance(999);
      await execution.write(`${i}`);
    }
    expect(one.interrupts).toBe(0);
    one.tell({ type: "input_request", prompt: "", password: false });
    await clock.advance(1_000);
    expect(one.interrupts).toBe(1);
    one.end({ status: "interrupted" });
    expect((await execution.ended).status).toBe("timeout");
  });

  it("for one of two who ask leaves the other waiting [R2.5]", async () => {
    using clock = stopClock();
    await using test = await openFake({ inputWaitTimeoutMs: 1_000 });
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    for (let i = 0; i < 2; i++) one.tell({ type: "input_request", prompt: "", password: false });
    await execution.write("yes");
    await clock.advance(1_000);
    expect(one.interrupts).toBe(1);
    one.end({ status: "interrupted" });
    expect((await execution.ended).status).toBe("timeout");
  });

  it("is waited for without end when inputWaitTimeoutMs is null [R2.4]", async () => {
    using clock = stopClock();
    await using test = await openFake({ inputWaitTimeoutMs: null });
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.tell({ type: "input_request", prompt: "", password: false });
    await clock.advance(2 ** 31);
    expect(one.interrupts).toBe(0);
    one.end();
    await execution.ended;
  });

  it("to code that asks for none is refused [R2.5]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    await expect(execution.write("x")).rejects.toMatchObject({ code: "input_not_expected" });
    expect(one.written).toEqual([]);
  });

  it("that is not taken is refused after inputSendTimeoutMs, and the execution goes on [R2.4] [S0-39]", async () => {
    using clock = stopClock();
    await using test = await openFake({ inputSendTimeoutMs: 300 });
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.takesInput = false;
    await Promise.all([
      expect(execution.write("x")).rejects.toMatchObject({
        code: "deadline_exceeded",
        details: { timeoutMs: 300 },
      }),
      clock.advance(300),
    ]);
    expect([clock.pending, execution.record.status]).toEqual([0, "running"]);
    one.takesInput = true;
    await execution.write("y");
    one.end();
    expect((await execution.ended).status).toBe("ok");
  });

  it("that was refused is no answer [R2.5]", async () => {
    using clock = stopClock();
    await using test = await openFake({ inputSendTimeoutMs: 300, inputWaitTimeoutMs: 1_000 });
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.takesInput = false;
    one.tell({ type: "input_request", prompt: "", password: false });
    await Promise.all([
      expect(execution.write("x")).rejects.toMatchObject({ code: "deadline_exceeded" }),
      clock.advance(1_000),
    ]);
    expect(one.interrupts).toBe(1);
    one.end({ status: "interrupted" });
    await execution.ended;
  });

  it("that is on its way when the execution ends is refused, and leaves no timer [D22]", async () => {
    using clock = stopClock();
    await using test = await openFake();
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.takesInput = false;
    const writing = execution.write("x");
    one.end();
    await expect(writing).rejects.toMatchObject({ code: "input_not_expected" });
    expect(clock.pending).toBe(0);
  });

  it("that is waited for may be given up by an interrupt [R2.5]", async () => {
    using clock = stopClock();
    await using test = await openFake();
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.tell({ type: "input_request", prompt: "", password: true });
    execution.interrupt();
    one.end({ status: "interrupted" });
    expect((await execution.ended).status).toBe("interrupted");
    expect(clock.pending).toBe(0);
    expect((await collect(execution.events()))[0]).toMatchObject({
      type: "input_request",
      password: true,
    });
  });

  it("is given byte by byte, text as UTF-8 [R4.1]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    await execution.write(Uint8Array.of(0, 255, 10));
    await execution.write("é");
    expect(one.written.map(({ data }) => Buffer.from(data).toString("hex"))).toEqual([
      "00ff0a",
      "c3a9",
    ]);
  });
});
