import {
  brokenFrames,
  brokenWorkerMessages,
  buildFrame,
  buildWorkerMessage,
  expectNoLeaks,
  garbleFrame,
  holdings,
  scriptedCode,
  seededRandom,
} from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";
import { scriptedRuntime } from "./scripted-runtime.ts";

const recall = scriptedCode({ type: "recall" });
const sendAndExit = (bytes: Uint8Array) =>
  scriptedCode({ type: "send_bytes", bytes }, { type: "exit", exitCode: 7 });

describe("a worker that breaks the protocol", () => {
  it.each(brokenFrames())(
    "with $title is lost, and its session goes on in a fresh one [F07] [F08] [F09] [F10] [S0-10]",
    async ({ bytes, code }) => {
      const before = holdings();
      {
        using scripted = scriptedRuntime();
        await using test = await openSession(scripted.runtime);
        await test.run(scriptedCode({ type: "keep", text: "mark" }));
        expect((await test.run(recall)).out).toBe("mark");
        const run = await test.run(sendAndExit(bytes));
        expect(run).toMatchObject({ status: "lost", sessionState: "lost" });
        // Whichever comes first: its own exit, or its end for what it sent.
        const ends = [[7, null], ...(code === null ? [] : [[null, "SIGKILL"]])];
        expect(ends).toContainEqual([run.exitCode, run.signal]);
        expect(await test.run(recall)).toMatchObject({ status: "ok", out: "" });
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
      const run = await test.run(sendAndExit(Buffer.concat(bytes)));
      expect(run, `seed ${seed}`).toMatchObject({ status: "lost", sessionState: "lost" });
      expect(await test.run(recall), `seed ${seed}`).toMatchObject({ status: "ok" });
    }
  });

  it.each(["missing field", "wrong type", "not allowed"])(
    "by a message with a flaw is lost, and its session goes on in a fresh one: %s [F08]",
    async (flaw) => {
      using scripted = scriptedRuntime();
      await using test = await openSession(scripted.runtime);
      const broken = brokenWorkerMessages().find(
        (each) => each.flaw === flaw && each.message.type === "completed",
      );
      if (broken === undefined) throw new Error(`there is no completed with ${flaw}`);
      const { message } = broken;
      const run = await test.run(scriptedCode({ type: "send_as_is", message }, { type: "hang" }));
      expect(run).toMatchObject({ status: "lost", signal: "SIGKILL" });
      expect(await test.run(recall)).toMatchObject({ status: "ok" });
    },
  );

  it("by fields that nobody asked for is understood all the same [R1.4]", async () => {
    using scripted = scriptedRuntime();
    await using test = await openSession(scripted.runtime);
    for (const { flaw, message } of brokenWorkerMessages()) {
      const isTold = ["display", "result", "error"].includes(message.type);
      if (flaw !== "extra field" || !isTold) continue;
      const run = await test.run(scriptedCode({ type: "send", message }));
      expect(run, message.type).toMatchObject({ status: "ok" });
    }
  });

  it.each([
    ["of another version", "protocol_mismatch", "wrong version"],
    ["that is no message", "worker_start_failed", "unknown type"],
  ] as const)("in a handshake %s is told so [R1.3]", async (_how, code, flaw) => {
    const broken = brokenWorkerMessages().find((each) => each.flaw === flaw);
    if (broken === undefined) throw new Error(`there is no message with ${flaw}`);
    const { message } = broken;
    using scripted = scriptedRuntime({ answers: { hello: [{ type: "send", message }] } });
    const before = holdings();
    await expect(openSession(scripted.runtime)).rejects.toMatchObject({ code });
    await expectNoLeaks(before);
  });
});
