import { pythonRuntime } from "@holdfast/adapter-python";
import { eventually } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { has } from "../support/requires.ts";
import { openSession } from "../support/session-run.ts";

const executable = process.env["HOLDFAST_TEST_PYTHON"];
const runtime = pythonRuntime(executable === undefined ? {} : { executable });

// sum() of a range stays in C, and lets nothing else of Python run.
const stuck = "sum(range(10**15))";

describe.skipIf(!has("python3"))("a Python that has gone silent", { timeout: 60_000 }, () => {
  it("in C code is given up when it does not take the interrupt of its timeout [R2.3] [F03]", async () => {
    await using test = await openSession(runtime, { interruptGraceMs: 100, terminateGraceMs: 50 });
    const run = await test.run(stuck, { timeoutMs: 100 });
    expect(run).toMatchObject({ status: "timeout", sessionState: "lost" });
    expect(await test.run("1 + 1")).toMatchObject({ status: "ok", result: { value: 2 } });
  });

  it("while no code runs is noticed by its heartbeats, and replaced [R2.3]", async () => {
    await using test = await openSession(runtime, {
      heartbeatIntervalMs: 20,
      heartbeatTimeoutMs: 500,
    });
    const { pid } = test.session;
    await test.run(`import threading; threading.Timer(0.05, lambda: ${stuck}).start()`);
    await eventually(() => test.session.status === "lost", { what: "its loss", timeoutMs: 20_000 });
    expect(await test.run("1 + 1")).toMatchObject({ status: "ok", result: { value: 2 } });
    expect(test.session.pid).not.toBe(pid);
  });

  it("shows in the heartbeats whether code computes or waits [R2.3] [S0-37]", async () => {
    await using test = await openSession(runtime, { heartbeatIntervalMs: 20 });
    const spent = async (code: string) => {
      const execution = test.session.execute(code);
      const beats: number[] = [];
      for await (const event of execution.events({ heartbeats: true }))
        if (event.type === "heartbeat" && beats.push(event.cpuMs) === 20) execution.interrupt();
      expect(beats.length).toBeGreaterThanOrEqual(20);
      return (beats.at(-1) ?? 0) - (beats[5] ?? 0); // by then it has begun
    };
    // Told in ticks of 10 ms, and a tick is counted for who runs when it comes: waiting can get one, or two.
    const computing = await spent("while True: pass");
    const waiting = await spent("import time; time.sleep(1000)");
    expect(waiting).toBeLessThan(computing / 2);
  });
});
