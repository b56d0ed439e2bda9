import { readdirSync } from "node:fs";
import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { HoldfastError, Session } from "@holdfast/core";
import { canMountTmpfs, expectNoLeaks, holdings, mountTmpfs } from "@holdfast/harness";
import { describe, expect, it, onTestFinished } from "vitest";
import { has, isPermitted } from "../support/requires.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
// A fork that can make no FIFO ends without a word; it is this that tells.
const startTimeoutMs = 5_000;
const isPossible = isPermitted("a mount of tmpfs", canMountTmpfs());

describe.skipIf(!isPossible || !has("bash") || !has("python3"))("a full disk", () => {
  it.each([
    ["bash", () => bashRuntime()],
    ["python", () => pythonRuntime()],
    ["python without a template", () => pythonRuntime({ template: false })],
  ])(
    "where the FIFOs of %s are made refuses new sessions by a typed error, and keeps those that are there [F24] [A20]",
    async (_name, make) => {
      const before = holdings();
      // No session that was opened earlier has its folder there.
      using disk = mountTmpfs({ sizeBytes: 1 << 20, maxFiles: 60 });
      const { TMPDIR } = process.env;
      onTestFinished(() => {
        if (TMPDIR === undefined) delete process.env["TMPDIR"];
        else process.env["TMPDIR"] = TMPDIR;
      });
      process.env["TMPDIR"] = disk.folder;
      const runtime = make();
      const sessions: Session[] = [];
      let refused: unknown = null;
      while (refused === null && sessions.length < 60)
        await Session.open({ runtime, env, startTimeoutMs }).then(
          (session) => sessions.push(session),
          (error: unknown) => (refused = error),
        );
      expect(sessions.length).toBeGreaterThan(0);
      expect(HoldfastError.is(refused) ? refused.code : refused).toBe("worker_start_failed");
      for (const session of sessions)
        expect(await session.execute("1").ended).toMatchObject({ sessionState: "kept" });
      const half = sessions.splice(0, Math.ceil(sessions.length / 2));
      await Promise.all(half.map((session) => session.close()));
      sessions.push(await Session.open({ runtime, env, startTimeoutMs }));
      await Promise.all(sessions.map((session) => session.close()));
      await runtime.close?.();
      await expectNoLeaks(before, { timeoutMs: 10_000 });
      expect(readdirSync(disk.folder)).toEqual([]);
    },
  );
});
