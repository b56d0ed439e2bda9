import {
  brokenFrames,
  buildFrame,
  buildWorkerMessage,
  expectNoLeaks,
  garbleFrame,
  holdings,
  seededRandom,
} from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";
import { scriptedRuntime } from "./scripted-runtime.ts";

describe("a worker that breaks the protocol", () => {
  it.each(brokenFrames())(
    "with $title is lost, and its session goes on in a fresh one [F07] [F08] [F09] [F10]",
    async ({ bytes, code }) => {
      const before = holdings();
      {
        using scripted = scriptedRuntime();
        await using test = await openSession(scripted.runtime);
        await test.run("set mark");
        expect((await test.run("get")).result?.value).toBe("mark");
        const run = await test.run(`send ${bytes.toString("hex")}`);
        expect(run).toMatchObject({ status: "lost", sessionState: "lost" });
        // Whichever comes first: its own exit, or its end for what it sent.
        const ends = [[7, null], ...(code === null ? [] : [[null, "SIGKILL"]])];
        expect(ends).toContainEqual([run.exitCode, run.signal]);
        expect(await test.run("get")).toMatchObject({ status: "ok", result: { value: "" } });
        expect(test.session.restarts).toBe(1);
      }
      await expectNoLeaks(before);
    },
  );

  it("by one bit of a message has an end that is true, whichever bit it is [F08] [F11]", async () => {
    using scripted = scriptedRuntime();
    await using test = await openSession(scripted.runtime, { executionTimeoutMs: 5_000 });
    for (let seed = 1; seed <= 10; seed++) {
      const completed = buildFrame(buildWorkerMessage("completed"));
      const { bytes } = await garbleFrame(seededRandom(seed))(completed, 0);
      const run = await test.run(`send ${Buffer.concat(bytes).toString("hex")}`);
      expect(run, `seed ${seed}`).toMatchObject({ status: "lost", sessionState: "lost" });
      expect(await test.run("get"), `seed ${seed}`).toMatchObject({ status: "ok" });
    }
  });
});
