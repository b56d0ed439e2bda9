import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";

/** Something that was found, held by a descriptor that can neither read nor write (`O_PATH`): it stays what it is. */
export interface Found {
  readonly handle: FileHandle;
  readonly stats: BigIntStats;
}

/** Where a path leads. Held by descriptors, so that nobody can put something else in its place. Dispose of it. */
export interface Place extends AsyncDisposable {
  /** The directory that it stands in, `null` for the root. */
  readonly parent: Found | null;
  /** Its name in there. */
  readonly name: string;
  /** What is there, `null` where nothing is. */
  readonly entry: Found | null;
  /** Its absolute path at this moment, without symbolic links; for people. */
  readonly path: string;
}

/** A path of what a descriptor holds, whatever became of its name. */
export function pathOf({ handle }: Pick<Found, "handle">): string {
  return `/proc/self/fd/${handle.fd}`;
}

/** What something is called. */
export function kindOf(stats: BigIntStats): string {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isFIFO()) return "FIFO";
  if (stats.isSocket()) return "socket";
  return "device";
}
