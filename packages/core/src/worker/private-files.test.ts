import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openFifo, openPrivateFile, readPrivateFile, writePrivateFile } from "./private-files.ts";

const lost = expect.objectContaining({ code: "worker_lost" }) as Error;

/** Puts something else where a file is expected. */
const planted: readonly (readonly [string, (path: string) => void])[] = [
  ["a FIFO that nobody has open", (path) => void execFileSync("mkfifo", [path])],
  ["a link to a file", (path) => symlinkSync(aFile("not ours"), path)],
  ["a link to a device without an end", (path) => symlinkSync("/dev/zero", path)],
  ["a link to nothing", (path) => symlinkSync("nothing", path)],
  ["a file", (path) => writeFileSync(path, "another")],
];

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "private-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function aFile(content: string): string {
  const path = join(aFolder(), "file");
  writeFileSync(path, content);
  return path;
}

test.each(planted)("a file is written in place of %s [A09] [A34]", (_, plant) => {
  const path = join(aFolder(), "code");
  plant(path);
  writePrivateFile(path, "ours");
  expect(readFileSync(path, "utf8")).toBe("ours");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a link's target stays as it was when a file is written in its place [A34]", () => {
  const target = aFile("not ours");
  const path = join(aFolder(), "code");
  symlinkSync(target, path);
  writePrivateFile(path, "ours");
  expect(readFileSync(target, "utf8")).toBe("not ours");
});

test("a file is not written in place of a folder, nor in a folder that is gone [A09]", () => {
  const path = join(aFolder(), "code");
  mkdirSync(path);
  expect(() => writePrivateFile(path, "ours")).toThrow(lost);
  expect(() => writePrivateFile(join(path, "gone", "code"), "ours")).toThrow(lost);
});

test.each([...planted.slice(0, -1), ["a folder", (path: string) => mkdirSync(path)] as const])(
  "%s is not read for a file [A09] [A34] [A36]",
  (_, plant) => {
    const path = join(aFolder(), "state");
    plant(path);
    expect(() => readPrivateFile(path, 100)).toThrow(lost);
    expect(() => openPrivateFile(path)).toThrow(lost);
  },
);

test("a file is read whole, and not when it is larger than allowed [A37]", () => {
  const path = aFile("ours");
  expect(readPrivateFile(path, 4).toString()).toBe("ours");
  truncateSync(path, 2 ** 40);
  expect(() => readPrivateFile(path, 4)).toThrow(
    "file of a worker: received 1099511627776 bytes, allowed 4",
  );
});

test.each(planted.slice(1))("%s is not opened for a FIFO [A09] [A36]", (_, plant) => {
  const path = join(aFolder(), "o1.out");
  plant(path);
  expect(() => openFifo(path, constants.O_RDWR)).toThrow(lost);
});

test("a FIFO is opened without waiting for its other end [A09]", () => {
  const path = join(aFolder(), "o1.out");
  execFileSync("mkfifo", [path]);
  expect(() => openFifo(path, constants.O_WRONLY)).toThrow("ENXIO");
  const reading = openFifo(path, constants.O_RDONLY);
  closeSync(openFifo(path, constants.O_WRONLY));
  closeSync(reading);
});
