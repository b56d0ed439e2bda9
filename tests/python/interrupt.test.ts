import { setTimeout as sleep } from "node:timers/promises";
import { pythonRuntime } from "@holdfast/adapter-python";
import { expect, it } from "vitest";
import { eventOf, openSession } from "../support/session-run.ts";

const runtime = pythonRuntime({ executable: process.env["HOLDFAST_TEST_PYTHON"] ?? "python3" });

it("an interrupt that comes while a cell with await prints is not lost [R1.7]", async () => {
  await using test = await openSession(runtime);
  await test.run("import asyncio");
  for (let round = 0; round < 40; round++) {
    const execution = test.session.execute(
      "await asyncio.sleep(0)\nprint('up')\nwhile True: print('', end='')",
    );
    await eventOf(test.session, execution.id, "stdout");
    execution.interrupt();
    const { status, sessionState } = await execution.ended;
    expect({ round, status, sessionState }).toEqual({
      round,
      status: "interrupted",
      sessionState: "kept",
    });
    expect(execution.stderr.toString()).toBe("");
  }
});

it("an interrupt lets finish what the task of an earlier execution does just then [R1.7]", async () => {
  await using test = await openSession(runtime);
  await test.run(`
import asyncio, time
begun = ended = 0
async def busy():
    global begun, ended
    while True:
        begun += 1
        start = time.monotonic()
        while time.monotonic() - start < 0.009: pass
        ended += 1
        await asyncio.sleep(0.001)
task = asyncio.get_event_loop().create_task(busy())
await asyncio.sleep(0)`);
  for (let round = 0; round < 10; round++) {
    const execution = test.session.execute("print('up')\nawait asyncio.sleep(1000)");
    await eventOf(test.session, execution.id, "stdout");
    await sleep(round);
    execution.interrupt();
    const { status, sessionState } = await execution.ended;
    expect({ status, sessionState }).toEqual({ status: "interrupted", sessionState: "kept" });
  }
  expect((await test.run("[begun > 10, begun - ended, task.done()]")).result?.value).toEqual([
    true,
    0,
    false,
  ]);
});

it("an interrupt ends the task of an earlier execution that gives nobody a turn [R1.7]", async () => {
  await using test = await openSession(runtime);
  await test.run(`
import asyncio
async def endless():
    await asyncio.sleep(0.02)
    while True: pass
task = asyncio.get_event_loop().create_task(endless())
await asyncio.sleep(0)`);
  const execution = test.session.execute("print('up')\nawait asyncio.sleep(1000)");
  await eventOf(test.session, execution.id, "stdout");
  await sleep(100);
  execution.interrupt();
  const { status, sessionState } = await execution.ended;
  expect({ status, sessionState }).toEqual({ status: "interrupted", sessionState: "kept" });
  expect((await test.run("task.done()")).result?.value).toBe(true);
});
