import { readFileSync } from "node:fs";
import { javascriptRuntime } from "@holdfast/adapter-javascript";
import type { WorkerEvent } from "@holdfast/core";
import { expectNoLeaks, holdings } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";

describe("javascriptRuntime()", () => {
  it("says why it cannot run, and what to install [R9.7]", async () => {
    const none = javascriptRuntime({ executable: "/none/node" });
    expect(await none.inspect()).toMatchObject({
      isAvailable: false,
      reason: expect.stringContaining("ENOENT"),
      install: expect.stringContaining("Node 22.18"),
    });
    await expect(openSession(none)).rejects.toMatchObject({ code: "runtime_unavailable" });
  });

  it("passes arguments on to Node, and shows code none of ours [A04]", async () => {
    const runtime = javascriptRuntime({ nodeArguments: ["--stack-trace-limit=3"] });
    await using test = await openSession(runtime);
    expect((await test.run("Error.stackTraceLimit")).result?.value).toBe(3);
    expect(
      (await test.run("[process.argv.length, process.execArgv.length]")).result?.value,
    ).toEqual([1, 0]);
    expect((await test.run("Object.keys(require.cache)")).result?.value).toEqual([]);
  });

  it("warm workers take on what a session has, and suit no other Node than theirs [R5.1]", async () => {
    const runtime = javascriptRuntime();
    const before = holdings();
    const warm = await runtime.warm?.({ startTimeoutMs: 30_000 });
    if (warm === undefined) throw new Error("there are warm workers");
    const start = { sessionId: "s", cwd: "/", startTimeoutMs: 30_000 };
    const env = { PATH: "/usr/bin:/bin", MINE: "1" };
    expect(warm.suits({ ...start, env: { ...env, NODE_OPTIONS: "--no-warnings" } })).toBe(false);
    const worker = await warm.assign({ ...start, env });
    const test = {
      executionId: "e",
      stdin: null,
      env: null,
      cwd: null,
      allowInput: false,
      trackChanges: false,
    };
    const values: unknown[] = [];
    const code = "[process.cwd(), process.env.MINE, Object.keys(globalThis).includes('rehearsal')]";
    await worker.execute({ ...test, code }, (event) => {
      if (event.type === "result") values.push(event.value);
    }).ended;
    expect(values).toEqual([["/", "1", false]]);
    await worker.stop();
    await expectNoLeaks(before, { timeoutMs: 10_000 });
  });

  it("what a worker rehearses while it waits leaves nothing in its session [R3.1] [R5.1]", async () => {
    const runtime = javascriptRuntime();
    const start = { sessionId: "s", env: {}, cwd: "/", startTimeoutMs: 30_000 };
    await using worker = await runtime.start({
      ...start,
      onLateOutput: () => expect.unreachable("nothing is written"),
    });
    // Messages of 40 rounds are written, all of them with no bytes; those in between are answered.
    for (let pings = 0; systemWrites(worker.pid) <= 80 + pings; pings++) await worker.ping?.();
    expect(await worker.variables?.({ names: null, withValues: false })).toEqual([]);
    const events: WorkerEvent[] = [];
    const test = { stdin: null, env: null, cwd: null, allowInput: false, trackChanges: true };
    const code = "[typeof _, new Error().stack.match(/<.*?>/)[0]]";
    await worker.execute({ ...test, executionId: "e", code }, (event) => events.push(event)).ended;
    expect(events.map(({ type }) => type)).toEqual(["started", "changes", "result"]);
    expect(events).toMatchObject([
      {},
      { added: [], changed: [] },
      { value: ["undefined", "<cell 1>"] },
    ]);
    expect(worker).toMatchObject({ droppedMessages: 0 });
  });
});

/** How often a process has written to anything. */
function systemWrites(pid: number): number {
  return Number(/^syscw: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}
