import { bashRuntime } from "@holdfast/adapter-bash";
import { Session } from "@holdfast/core";
import {
  eventually,
  expectNothingLeaked,
  haltProcess,
  isStopped,
  killProcess,
  outputUntil,
  temporaryFolder,
} from "@holdfast/harness";
import { describe, expect, test } from "vitest";
import { has } from "../support/requires.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };

describe.skipIf(!has("bash"))("faults of a session's process", () => {
  test("killProcess(): what runs is lost, and the next one has a process again [F01]", async () => {
    await expectNothingLeaked(async () => {
      using folder = temporaryFolder();
      await using session = await Session.open({ runtime: bashRuntime(), env, cwd: folder.path });
      const execution = session.execute("echo ready; sleep 1000");
      expect(await outputUntil(execution, "ready")).toBe("ready\n");
      const { pid } = session;
      await killProcess(pid);
      expect(await execution.ended).toMatchObject({ status: "lost", signal: "SIGKILL" });
      const next = session.execute("pwd");
      expect(await outputUntil(next, /^\/.*$/m)).toBe(`${folder.path}\n`);
      expect(session.pid).not.toBe(pid);
    });
  });

  test("haltProcess(): what runs stands still, until it is let go on [F02]", async () => {
    await using session = await Session.open({ runtime: bashRuntime(), env });
    const execution = session.execute(
      "echo ready; n=0; while :; do n=$((n + 1)); echo $n; sleep 0.01; done",
    );
    await outputUntil(execution, "ready");
    {
      using halt = haltProcess(session.pid);
      await eventually(() => isStopped(halt.pid), { what: "the halt" });
      // What was in the pipe has come; from then on nothing does.
      const before = await settled(() => execution.stdout.length);
      await expect(outputUntil(execution, "never", { timeoutMs: 50 })).rejects.toMatchObject({
        code: "deadline_exceeded",
      });
      expect(execution.stdout.length).toBe(before);
    }
    const before = execution.stdout.length;
    await eventually(() => execution.stdout.length > before, { what: "its going on" });
    execution.interrupt();
    expect(await execution.ended).toMatchObject({ status: "interrupted" });
  });
});

/** A number, once two looks in a row have answered the same. */
async function settled(look: () => number): Promise<number> {
  let last = -1;
  await eventually(() => last === (last = look()), { what: "a number that stays", intervalMs: 20 });
  return last;
}
