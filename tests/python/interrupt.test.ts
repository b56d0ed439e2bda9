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
