import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { heartbeatOf, isAbleToWork } from "./heartbeat.ts";

it("a process that was killed is not able to work from that moment on, whatever it is at [F42]", async () => {
  for (let i = 0; i < 50; i++) {
    const child = spawn("sleep", ["100"], { stdio: "ignore" });
    await once(child, "spawn");
    const pid = child.pid as number;
    const exited = once(child, "exit");
    expect(isAbleToWork(pid)).toBe(true);
    process.kill(pid, "SIGKILL");
    // Node learns of its end in a later turn: all of this is in between.
    for (let look = 0; look < 40; look++) expect(isAbleToWork(pid)).toBe(false);
    await exited;
    expect(isAbleToWork(pid)).toBe(false);
  }
});

it("a stopped process has no heartbeat, and is not able to work until it goes on", async () => {
  const child = spawn("sleep", ["100"], { stdio: "ignore" });
  await once(child, "spawn");
  const pid = child.pid as number;
  expect(heartbeatOf(pid).cpuMs).toBeGreaterThanOrEqual(0);
  process.kill(pid, "SIGSTOP");
  expect(isAbleToWork(pid)).toBe(false);
  process.kill(pid, "SIGCONT");
  expect(isAbleToWork(pid)).toBe(true);
  process.kill(pid, "SIGKILL");
  await once(child, "exit");
  expect(() => heartbeatOf(pid)).toThrow("ENOENT");
});
