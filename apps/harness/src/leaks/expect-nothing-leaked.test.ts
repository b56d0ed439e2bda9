import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Session } from "@holdfast/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { FakeRuntime } from "../fake/fake-runtime.ts";
import { type LeakOptions, expectNothingLeaked } from "./leak-check.ts";

/** Leaves something behind, and answers what takes it away again. */
type Leak = (folder: string) => (() => void) | Promise<() => void>;

const kinds: readonly (readonly [kind: string, line: RegExp, leak: Leak])[] = [
  [
    "process",
    /^processes: \d+:\d+ sleep$/,
    async () => {
      const child = spawn("sleep", ["1000"], { stdio: "ignore" });
      await once(child, "spawn");
      return () => void child.kill("SIGKILL");
    },
  ],
  [
    "descriptor",
    /^descriptors: \d+ -> \/dev\/zero$/,
    () => {
      const fd = openSync("/dev/zero", "r");
      return () => closeSync(fd);
    },
  ],
  [
    "timer",
    /^timers: 1 more$/,
    () => {
      const timer = setInterval(() => {}, 60_000);
      return () => clearInterval(timer);
    },
  ],
  [
    "socket",
    /^sockets: 1 more$/,
    async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return () => void server.close();
    },
  ],
  [
    "FIFO",
    /^fifos: .*\/w\/left$/,
    (folder) => {
      execFileSync("mkfifo", [join(folder, "left")]);
      return () => rmSync(join(folder, "left"));
    },
  ],
  [
    "file",
    /^files: .*\/w\/left$/,
    (folder) => {
      writeFileSync(join(folder, "left"), "");
      return () => rmSync(join(folder, "left"));
    },
  ],
];

/** A folder of a worker of this process. */
function workerFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${process.pid}-`));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "w"));
  return join(folder, "w");
}

describe("expectNothingLeaked()", () => {
  test.for(kinds)("names a %s that is left [R9.6]", async ([, line, leak]) => {
    const folder = workerFolder();
    let end = () => {};
    onTestFinished(() => end());
    const body = async () => void (end = await leak(folder));
    await expect(expectNothingLeaked(body, { timeoutMs: 1 })).rejects.toMatchObject({
      code: "deadline_exceeded",
      details: { leaks: expect.arrayContaining([expect.stringMatching(line)]) },
    });
  });

  test.for(kinds)("waits for the end of a %s that takes its time [R9.6]", async ([, , leak]) => {
    const folder = workerFolder();
    await expectNothingLeaked(async () => {
      const end = await leak(folder);
      setTimeout(end, 20);
    });
  });

  test("looks into folders that it is told of, and counts what it is told to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "watched-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const rows: string[] = [];
    const options: LeakOptions = {
      timeoutMs: 1,
      folders: [folder],
      counts: { rows: () => rows.length },
    };
    const body = () => {
      rows.push("left");
      writeFileSync(join(folder, "left"), "");
    };
    await expect(expectNothingLeaked(body, options)).rejects.toMatchObject({
      details: { leaks: [`files: ${join(folder, "left")}`, "rows: 1 more"] },
    });
  });

  test("leaves out what it is told to ignore", async () => {
    const timer = await expectNothingLeaked(() => setInterval(() => {}, 60_000), {
      ignore: /^timers: 1 /,
    });
    clearInterval(timer);
  });

  test("passes on what its body answers, and what it throws", async () => {
    const answer = await expectNothingLeaked(async () => {
      await using session = await Session.open({ runtime: new FakeRuntime() });
      return session.status;
    });
    expect(answer).toBe("idle");
    const failing = expectNothingLeaked(() => {
      throw new Error("torn");
    });
    await expect(failing).rejects.toThrow("torn");
  });
});
