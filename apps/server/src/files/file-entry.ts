import type { BigIntStats } from "node:fs";

/** A file, directory or the like as clients see it. */
export interface FileEntry {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "other";
  readonly sizeBytes: number;
  readonly modifiedAt: string;
}

export function fileEntry(name: string, stats: BigIntStats): FileEntry {
  return {
    name,
    type: typeOf(stats),
    sizeBytes: Number(stats.size),
    modifiedAt: new Date(Number(stats.mtimeMs)).toISOString(),
  };
}

/** Changes with what is in a file, as far as the file system tells. */
export function entityTag({ ino, size, mtimeNs }: BigIntStats): string {
  return `"${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}"`;
}

function typeOf(stats: BigIntStats): FileEntry["type"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "symlink" : "other";
}
