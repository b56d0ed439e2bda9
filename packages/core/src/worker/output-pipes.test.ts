import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { OutputPipes } from "./output-pipes.ts";

const mebibyte = 1 << 20;

/** Pipes, and a writing end of somebody else's. */
function makePipes(): { readonly pipes: OutputPipes; readonly fd: number } {
  const directory = mkdtempSync(join(tmpdir(), "output-pipes-"));
  const names = OutputPipes.fifoNames("o");
  execFileSync("mkfifo", [...names], { cwd: directory });
  const pipes = OutputPipes.open(directory, "o");
  const fd = openSync(join(directory, names[0]), constants.O_WRONLY | constants.O_NONBLOCK);
  onTestFinished(() => {
    closeSync(fd);
    pipes.close();
    rmSync(directory, { recursive: true });
  });
  return { pipes, fd };
}

test("what is written on and on is not waited for [R4.5] [F18]", () => {
  const { pipes, fd } = makePipes();
  const piece = Buffer.alloc(64 * 1024);
  let bytes = 0;
  pipes.listen((_, read) => {
    bytes += read.length;
    if (bytes > 40 * mebibyte) throw new Error("it reads on and on");
    writeSync(fd, piece);
  });
  writeSync(fd, piece);
  pipes.drain();
  expect(bytes).toBeGreaterThan(mebibyte); // more than a pipe holds
  bytes = 0;
  expect(pipes.isHeld()).toBe(true);
});
