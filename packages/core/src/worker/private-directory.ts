import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { readdir, rmdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

let parent: string | undefined;

/**
 * Makes a private folder (0700) for one guarded process, within a folder of this process under the system's temporary
 * folder. The guards remove theirs, and the last one the parent, so nothing stays behind even after a `kill -9` of this
 * process.
 */
export function makePrivateDirectory(): string {
  for (;;) {
    if (parent === undefined) {
      parent = mkdtempSync(join(tmpdir(), `holdfast-${process.pid}-`));
      void removeStaleDirectories();
    }
    try {
      return mkdtempSync(join(parent, "w"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      parent = undefined; // The last guard has removed it meanwhile.
    }
  }
}

/** Removes a folder of {@link makePrivateDirectory} in which nothing is, and the parent if it was the last one. Needs no descriptor. */
export function removePrivateDirectory(directory: string): void {
  try {
    rmdirSync(directory);
    rmdirSync(dirname(directory));
  } catch {
    // Others are in it.
  }
}

// Of a process that has ended, as far as can be seen from here: it may run where we cannot see it.
const staleMs = 60_000;

/**
 * Removes what was left by processes that were killed between making a folder and starting its guard: empty folders of
 * processes that are not there any more. Settles when it is done; what cannot be removed stays.
 */
export async function removeStaleDirectories(olderThanMs: number = staleMs): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const owner = /^holdfast-(\d+)-\w{6}$/.exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    const folder = join(tmpdir(), name);
    try {
      if (Date.now() - (await stat(folder)).mtimeMs < olderThanMs) continue;
      for (const inner of await readdir(folder)) await rmdir(join(folder, inner));
      await rmdir(folder);
    } catch {
      // Something is in it, or another process was faster.
    }
  }
}
