import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { removeStaleDirectories } from "./private-directory.ts";

function folderOf(pid: number): string {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${pid}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "wAbCdEf"));
  return folder;
}

it("removeStaleDirectories() removes empty folders of processes that have ended, and nothing else [F45]", async () => {
  const { pid: ended } = spawnSync("true");
  const [left, used, live] = [folderOf(ended), folderOf(ended), folderOf(process.pid)];
  writeFileSync(join(used, "wAbCdEf", "cmd"), "");
  await removeStaleDirectories(60_000);
  expect(existsSync(left)).toBe(true);
  await removeStaleDirectories(-1);
  expect([left, used, live].map((folder) => existsSync(folder))).toEqual([false, true, true]);
});
