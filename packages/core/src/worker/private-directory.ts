import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let path: string | undefined;

/**
 * The folder (0700) of this process under the system's temporary folder, in which each guarded process has one of its
 * own. The guards remove theirs, and the last one this, so nothing stays behind even after a `kill -9` of this process.
 */
export function privateDirectory(): string {
  if (path === undefined || !existsSync(path)) path = mkdtempSync(join(tmpdir(), "holdfast-"));
  return path;
}
