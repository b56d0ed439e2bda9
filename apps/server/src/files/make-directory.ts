import { lstat, mkdir } from "node:fs/promises";
import { type FileEntry, fileEntry } from "./file-entry.ts";
import { fileError, pathRefused } from "./file-error.ts";
import { type Place, kindOf, pathOf } from "./place.ts";

/** Makes a directory where none is. @throws HoldfastError `invalid_request` where something else is, or with a body */
export async function makeDirectory(
  { parent, name, entry }: Place,
  { path, hasBody }: { readonly path: string; readonly hasBody: boolean },
): Promise<FileEntry> {
  if (hasBody) throw pathRefused(path, "a directory is made without a body");
  if (entry !== null) {
    if (entry.stats.isDirectory()) return fileEntry(name, entry.stats);
    throw pathRefused(path, `a ${kindOf(entry.stats)} is there, allowed a directory`);
  }
  const made = `${parent === null ? "" : pathOf(parent)}/${name}`;
  try {
    await mkdir(made);
    return fileEntry(name, await lstat(made, { bigint: true }));
  } catch (error) {
    throw fileError(path, error);
  }
}
