import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { holdings } from "./holdings.ts";
import { expectNoLeaks, leaksSince, watchLeaks } from "./leak-check.ts";
import { eventually } from "../wait/eventually.ts";

test("leaksSince() names a process that is left, until it has ended [R9.6] [S0-50]", async () => {
  const before = holdings();
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  expect(leaksSince(before)).toContainEqual(
    expect.stringMatching(new RegExp(`^processes: ${child.pid}:\\d+ sleep$`)),
  );
  child.kill("SIGKILL");
  await expectNoLeaks(before);
});

test("leaksSince() knows a process again that has become another program", async () => {
  const child = spawn("sh", ["-c", "read go; exec sleep 1000"], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const isA = (command: string) =>
    [...holdings().processes].some(
      (one) => one.startsWith(`${child.pid}:`) && one.endsWith(command),
    );
  await eventually(() => isA(" sh"), { what: "the shell" });
  const before = holdings();
  child.stdin.write("\n");
  await eventually(() => isA(" sleep"), { what: "the other program" });
  expect(leaksSince(before)).toEqual([]);
});

test("leaksSince() names a descriptor that is left open", () => {
  const before = holdings();
  const fd = openSync("/dev/zero", "r");
  expect(leaksSince(before)).toContain(`descriptors: ${fd} -> /dev/zero`);
  closeSync(fd);
  expect(leaksSince(before)).toEqual([]);
});

test("leaksSince() knows a descriptor again that has another number now", () => {
  const lower = openSync("/dev/null", "r");
  const higher = [openSync("/dev/zero", "r"), openSync("/dev/zero", "r")];
  onTestFinished(() => higher.forEach(closeSync));
  const before = holdings();
  closeSync(lower);
  closeSync(higher[0] as number);
  higher[0] = openSync("/dev/zero", "r");
  expect(higher[0]).toBe(lower);
  expect(leaksSince(before)).toEqual([]);
  higher.push(openSync("/dev/zero", "r"));
  expect(leaksSince(before)).toEqual([expect.stringMatching(/^descriptors: \d+ -> \/dev\/zero$/)]);
});

test("leaksSince() names a folder of ours that is left", () => {
  const before = holdings();
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${process.pid}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  expect(leaksSince(before)).toContain(`files: ${folder}`);
});

test("leaksSince() counts timers that are left", () => {
  const before = holdings();
  const timer = setInterval(() => {}, 60_000);
  expect(leaksSince(before)).toContain("timers: 1 more");
  clearInterval(timer);
  expect(leaksSince(before)).toEqual([]);
});

test("expectNoLeaks() throws with the list of what is left", async () => {
  const before = holdings();
  const fd = openSync("/dev/zero", "r");
  onTestFinished(() => closeSync(fd));
  await expect(expectNoLeaks(before, { timeoutMs: 1 })).rejects.toThrow(
    `descriptors: ${fd} -> /dev/zero`,
  );
});

test("leaksSince() counts sockets that are left", async () => {
  const before = holdings();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  expect(leaksSince(before)).toContain("sockets: 1 more");
  server.close();
  await expectNoLeaks(before);
});

test("LeakWatch.expectNone() names what a count of the test's own has more [R9.6]", async () => {
  const rows = ["there from the beginning"];
  const leaks = await watchLeaks({ "store rows": async () => rows.length });
  rows.push("left");
  await expect(leaks.expectNone({ timeoutMs: 1 })).rejects.toMatchObject({
    code: "deadline_exceeded",
    details: { leaks: ["store rows: 1 more"] },
  });
  rows.length = 0;
  await leaks.expectNone();
});

test("LeakWatch.expectNone() tells a count that fails as it is", async () => {
  let isBroken = false;
  const leaks = await watchLeaks({
    rows: () => {
      if (isBroken) throw new Error("no store");
      return 0;
    },
  });
  isBroken = true;
  await expect(leaks.expectNone()).rejects.toThrow("no store");
});
