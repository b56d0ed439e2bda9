import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../wait/eventually.ts";
import { descendantsOf, isRunning, listProcesses } from "./process-tree.ts";

test("descendantsOf() finds children of children, and isRunning() their end", async () => {
  const child = spawn("sh", ["-c", "sleep 1000 & echo $!; wait"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const grandchild = Number(line.toString());
  onTestFinished(() => void process.kill(grandchild, "SIGKILL"));
  const found = descendantsOf(process.pid);
  expect(found.map(({ pid }) => pid)).toEqual(expect.arrayContaining([child.pid, grandchild]));
  expect(isRunning(grandchild)).toBe(true);
  child.kill("SIGKILL");
  await eventually(() => !isRunning(child.pid ?? 0), { what: "the end of the child" });
  expect(isRunning(grandchild)).toBe(true);
});

test("listProcesses() tells of this process what it is", () => {
  const own = listProcesses().find(({ pid }) => pid === process.pid);
  expect(own).toMatchObject({
    parentPid: process.ppid,
    isZombie: false,
    startTime: expect.stringMatching(/^\d+$/),
  });
});
