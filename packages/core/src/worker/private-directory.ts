import { mkdtempSync, rmdirSync } from "node:fs";
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
    parent ??= mkdtempSync(join(tmpdir(), `holdfast-${process.pid}-`));
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
