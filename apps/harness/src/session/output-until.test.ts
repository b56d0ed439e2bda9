import { Session } from "@holdfast/core";
import { describe, expect, test } from "vitest";
import { FakeRuntime } from "../fake/fake-runtime.ts";
import { outputUntil } from "./output-until.ts";

async function start() {
  const runtime = new FakeRuntime();
  const session = await Session.open({ runtime });
  const execution = session.execute("code");
  const driven = await (await runtime.workers.take()).executions.take();
  return { execution, driven, [Symbol.asyncDispose]: () => session.close() };
}

describe("outputUntil()", () => {
  test("waits for a text, whose pieces come apart, and answers what was printed by then [R9.4]", async () => {
    await using started = await start();
    started.driven.print("one re");
    const waiting = outputUntil(started.execution, "ready");
    started.driven.print(Buffer.from("ady ä").subarray(0, -1));
    expect(await waiting).toBe("one ready ");
    started.driven.print(Buffer.from("ä").subarray(1));
    expect(await outputUntil(started.execution, /ä$/)).toBe("one ready ä");
  });

  test("looks at stderr when it is told to", async () => {
    await using started = await start();
    started.driven.print("ready");
    started.driven.print("warning", "stderr");
    expect(await outputUntil(started.execution, "warn", { stream: "stderr" })).toBe("warning");
  });

  test("tells at its deadline what was printed [R9.4]", async () => {
    await using started = await start();
    started.driven.print("one");
    await expect(outputUntil(started.execution, "two", { timeoutMs: 20 })).rejects.toMatchObject({
      code: "deadline_exceeded",
      message: expect.stringContaining('no two: not within 20 ms; it printed "one"'),
      details: { output: "one" },
    });
  });

  test("tells the end of an execution that did not print it", async () => {
    await using started = await start();
    started.driven.print("one");
    started.driven.end();
    await expect(outputUntil(started.execution, "two")).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining('it ended ok; it printed "one"'),
    });
  });
});
