import { collect, stopClock } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { driven, openFake, settle } from "../support/fake-session.ts";

describe("an execution's events", () => {
  it("are numbered without a gap, and the same to every reader, early or late [R1.6]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const early = collect(execution.events());
    const one = await driven(test.worker);
    one.tell({ type: "started", pid: 7 });
    one.print("a");
    one.print("b", "stderr");
    one.tell({ type: "display", mime: { "text/plain": "d" }, displayId: null, update: false });
    one.tell({ type: "result", repr: "1", value: 1, valueTruncated: false, mime: {} });
    one.end();
    await execution.ended;
    const late = await collect(execution.events());
    expect(late.map(({ seq }) => seq)).toEqual(late.map((_, index) => index + 1));
    expect(late.map(({ type }) => type)).toEqual([
      "started",
      "stdout",
      "stderr",
      "display",
      "result",
      "completed",
    ]);
    expect(await early).toEqual(late);
    expect((await collect(execution.events({ after: 4 }))).map(({ seq }) => seq)).toEqual([5, 6]);
    expect(await collect(execution.events({ after: 99 }))).toEqual([]);
  });

  it("go on for the others when one reader leaves", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const stays = collect(execution.events());
    const one = await driven(test.worker);
    one.print("a");
    for await (const _ of execution.events()) break;
    one.print("b");
    one.end();
    expect((await stays).map(({ type }) => type)).toEqual(["stdout", "stdout", "completed"]);
  });

  it("stop for a reader whose signal aborts", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const abort = new AbortController();
    const reading = collect(execution.events({ signal: abort.signal }));
    const one = await driven(test.worker);
    abort.abort();
    expect(await reading).toEqual([]);
    one.end();
    expect((await execution.ended).status).toBe("ok");
  });

  it("make the code wait for a reader that stays behind, and let it go on [R1.4] [D21] [S0-22]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const events = execution.events();
    one.print("x");
    await events.next();
    for (let i = 0; i < 40 && !one.isPaused; i++) one.print(Buffer.alloc(64 * 1024, "x"));
    expect(one.isPaused).toBe(true);
    const rest = collect(events);
    await expect.poll(() => one.isPaused).toBe(false);
    one.end();
    await rest;
  });

  it("keep output up to the limit exactly, and count what was dropped [R1.5]", async () => {
    await using test = await openFake({ maxOutputBytes: 10 });
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    one.print("12345678");
    one.print("abcdefgh");
    one.print("err", "stderr");
    one.end();
    expect(await execution.ended).toMatchObject({
      stdoutBytes: 16,
      stderrBytes: 3,
      truncated: true,
    });
    expect(execution.stdout.toString()).toBe("12345678ab");
    expect(execution.stderr.toString()).toBe("err");
  });

  it("never cut a character that came in two reads [A23]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const bytes = Buffer.from("a🎉b");
    one.print(bytes.subarray(0, 3));
    one.print(bytes.subarray(3));
    one.end();
    await execution.ended;
    const events = await collect(execution.events());
    const texts = events.flatMap((event) =>
      event.type === "stdout" ? [event.bytes.toString()] : [],
    );
    expect(texts.join("")).toBe("a🎉b");
    expect(texts.join("")).not.toContain("\ufffd");
  });

  it("go on behind any number that is asked for, exactly [R1.6]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    for (let i = 0; i < 20; i++) one.print(`${i}`, i % 3 === 0 ? "stderr" : "stdout");
    one.end();
    await execution.ended;
    const whole = await collect(execution.events());
    expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
    for (let after = -1; after <= 22; after++) {
      expect(await collect(execution.events({ after }))).toEqual(whole.slice(Math.max(0, after)));
    }
    expect(execution.lastSeq).toBe(21);
  });

  it("reach a reader that left and came back, none twice and none lost [R1.6]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const seen: number[] = [];
    const text: string[] = [];
    for (let round = 0; round < 30; round++) {
      one.print(`${round};`);
      if (round % 2 === 0) one.print("e", "stderr");
      for await (const event of execution.events({ after: seen.at(-1) ?? 0 })) {
        seen.push(event.seq);
        if (event.type === "stdout") text.push(Buffer.from(event.bytes).toString());
        if (event.type === "stdout") break;
      }
    }
    one.end();
    for await (const { seq } of execution.events({ after: seen.at(-1) ?? 0 })) seen.push(seq);
    expect(seen).toEqual(seen.map((_, index) => index + 1));
    expect(text.join("")).toBe(execution.stdout.toString());
  });

  it("are 10,000 and more without a hole, for three readers at three paces [R1.6]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const readers = [0, 5_000, 9_999].map((after) => collect(execution.events({ after })));
    for (let i = 0; i < 10_000; i++) {
      one.print("x");
      if (i % 1_000 === 0) await settle();
    }
    one.end();
    const [all, half, last] = await Promise.all(readers);
    expect(all?.map(({ seq }) => seq)).toEqual(Array.from({ length: 10_001 }, (_, i) => i + 1));
    expect(half).toEqual(all?.slice(5_000));
    expect(last?.map(({ type }) => type)).toEqual(["stdout", "completed"]);
  });

  it("of a reader that leaves while the code waits for it let the code go on [D21]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const events = execution.events();
    one.print("x");
    await events.next();
    for (let i = 0; i < 17; i++) one.print(Buffer.alloc(64 * 1024, "x"));
    expect(one.isPaused).toBe(true);
    await events.return();
    expect(one.isPaused).toBe(false);
  });

  it("of a reader whose signal aborts between two events let the code go on [D21]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const leaving = new AbortController();
    const events = execution.events({ signal: leaving.signal });
    one.print("x");
    await events.next();
    for (let i = 0; i < 17; i++) one.print(Buffer.alloc(64 * 1024, "x"));
    expect(one.isPaused).toBe(true);
    leaving.abort();
    expect(one.isPaused).toBe(false);
    expect((await events.next()).done).toBe(true);
    one.print(Buffer.alloc(2 << 20, "x"));
    expect(one.isPaused).toBe(false);
  });

  it("make the code wait for the slowest of several readers [D21]", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const quick = execution.events();
    const slow = execution.events();
    one.print("x");
    await Promise.all([quick.next(), slow.next()]);
    for (let i = 0; i < 17; i++) {
      one.print(Buffer.alloc(64 * 1024, "x"));
      await quick.next();
    }
    expect(one.isPaused).toBe(true);
    for (let i = 0; i < 9; i++) await slow.next();
    expect(one.isPaused).toBe(false);
  });

  it("do not make the code wait for a reader that has not begun", async () => {
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    const never = execution.events();
    one.print(Buffer.alloc(4 << 20, "x"));
    expect(one.isPaused).toBe(false);
    await never.return();
  });

  it.each([
    ["below the limit", 9, { stdoutBytes: 9, truncated: false }, "123456789"],
    ["at the limit", 10, { stdoutBytes: 10, truncated: false }, "1234567890"],
    ["one byte past it", 11, { stdoutBytes: 11, truncated: true }, "1234567890"],
    ["far past it", 1_000, { stdoutBytes: 1_000, truncated: true }, "1234567890"],
  ] as const)(
    "say of output %s what was kept and what was not [R1.5]",
    async (_, size, wanted, kept) => {
      await using test = await openFake({ maxOutputBytes: 10 });
      const execution = test.session.execute("code");
      const one = await driven(test.worker);
      one.print("1234567890".repeat(100).slice(0, size));
      one.end();
      expect(await execution.ended).toMatchObject({ ...wanted, stderrBytes: 0 });
      expect(execution.stdout.toString()).toBe(kept);
    },
  );

  it.each([
    [1, "c3"],
    [2, "c3a9"],
    [3, "c3a9f0"],
    [4, "c3a9f09f"],
    [5, "c3a9f09f8e"],
    [6, "c3a9f09f8e89"],
  ])("keep exactly %i bytes, within a character too, and count all [A23]", async (limit, kept) => {
    await using test = await openFake({ maxOutputBytes: limit });
    const execution = test.session.execute("code");
    const live = collect(execution.events());
    const one = await driven(test.worker);
    one.print("é🎉");
    one.end();
    expect(await execution.ended).toMatchObject({ stdoutBytes: 6, truncated: limit < 6 });
    expect(execution.stdout.toString("hex")).toBe(kept);
    const texts = (await live).flatMap((event) =>
      event.type === "stdout" ? [Buffer.from(event.bytes).toString()] : [],
    );
    expect(texts.join("")).toBe("é🎉");
  });

  it.each([
    [
      "whole to who is there",
      true,
      ["1 stdout", "2 stdout", "3 stdout", "4 stderr", "5 completed"],
    ],
    ["a gap to who comes late", false, ["1 stdout", "3 gap", "4 stderr", "5 completed"]],
  ] as const)("past the limit are %s [D21]", async (_, isThere, wanted) => {
    await using test = await openFake({ maxOutputBytes: 4 });
    const execution = test.session.execute("code");
    const early = isThere ? collect(execution.events()) : null;
    const one = await driven(test.worker);
    for (const text of ["1234", "5678", "9"]) one.print(text);
    one.print("err", "stderr");
    one.end();
    await execution.ended;
    const events = await (early ?? collect(execution.events()));
    expect(events.map(({ seq, type }) => `${seq} ${type}`)).toEqual(wanted);
  });

  it("with maxOutputBytes 0 keep nothing and count everything", async () => {
    await using test = await openFake({ maxOutputBytes: 0 });
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    one.print("123");
    one.print("4567", "stderr");
    one.end();
    expect(await execution.ended).toMatchObject({
      stdoutBytes: 3,
      stderrBytes: 4,
      truncated: true,
    });
    expect([execution.stdout.length, execution.stderr.length]).toEqual([0, 0]);
  });

  it("tell a character's beginning when its rest does not come, in time and at the end [A23]", async () => {
    using clock = stopClock();
    await using test = await openFake();
    const execution = test.session.execute("code");
    const one = await driven(test.worker);
    one.print(Buffer.from([0xf0, 0x9f]));
    expect(execution.lastSeq).toBe(0);
    await clock.advance(1_000);
    expect(execution.lastSeq).toBe(1);
    one.print(Buffer.from([0xc3]));
    one.end();
    expect(await execution.ended).toMatchObject({ stdoutBytes: 3 });
    expect(execution.stdout.toString("hex")).toBe("f09fc3");
    expect(clock.pending).toBe(0);
  });

  it("that come after the end change nothing: no record, no count, no timer [D9] [A10] [D14]", async () => {
    using clock = stopClock();
    await using test = await openFake();
    const execution = test.session.execute("code", { allowInput: true });
    const one = await driven(test.worker);
    one.tell({ type: "started", pid: 7 });
    one.print("a");
    one.end();
    const record = await execution.ended;
    one.tell({ type: "started", pid: 8 });
    one.print("late");
    one.print(Buffer.from([0xc3]));
    one.print("late", "stderr");
    one.tell({ type: "result", repr: "1", value: 1, valueTruncated: false, mime: {} });
    one.tell({ type: "error", name: "E", message: "m", traceback: [], text: "t" });
    one.tell({ type: "display", mime: { "text/plain": "d" }, displayId: null, update: false });
    one.tell({ type: "input_request", prompt: "", password: false });
    expect(execution.record).toEqual(record);
    expect(execution.lastSeq).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it("of an execution that waits are none but its end [R2.2]", async () => {
    await using test = await openFake();
    test.session.execute("a");
    const waits = test.session.execute("b");
    const reading = collect(waits.events());
    await test.session.close();
    expect((await reading).map(({ seq, type }) => [seq, type])).toEqual([[1, "completed"]]);
  });
});
