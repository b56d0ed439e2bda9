import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, opendir, rename, rmdir, unlink } from "node:fs/promises";
import { fileError, pathRefused } from "./file-error.ts";
import { type Place, pathOf } from "./place.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/**
 * Removes a file, or with `isRecursive` a directory and what is in it. A symbolic link is removed, never followed.
 * @throws HoldfastError `file_not_found`, `invalid_request` for a directory without `isRecursive`, `forbidden`
 */
export async function removeEntry(
  { parent, name, entry }: Place,
  { path, isRecursive }: { readonly path: string; readonly isRecursive: boolean },
): Promise<void> {
  if (entry === null) throw fileError(path, Object.assign(new Error(), { code: "ENOENT" }));
  if (parent === null) throw pathRefused(path, "the root itself cannot be removed");
  const isDirectory = entry.stats.isDirectory();
  if (isDirectory && !isRecursive)
    throw pathRefused(path, "it is a directory, which recursive=true removes");
  try {
    if (isDirectory) await removeTree(pathOf(parent), name);
    else await unlink(`${pathOf(parent)}/${name}`);
  } catch (error) {
    throw fileError(path, error);
  }
}

/**
 * Holds two directories at a time, however deep the tree is: what stands deeper is first moved up into its top.
 */
async function removeTree(parent: string, name: string): Promise<void> {
  const top = await openDirectory(`${parent}/${name}`);
  try {
    const base = pathOf({ handle: top });
    const topDirectories = await removeFiles(base);
    for (let one = topDirectories.pop(); one !== undefined; one = topDirectories.pop()) {
      const path = `${base}/${one}`;
      const child = await openDirectory(path);
      try {
        const inside = pathOf({ handle: child });
        for (const deeper of await removeFiles(inside)) {
          const moved = `.holdfast-${randomBytes(12).toString("hex")}`;
          await rename(`${inside}/${deeper}`, `${base}/${moved}`);
          topDirectories.push(moved);
        }
      } finally {
        await child.close();
      }
      await rmdir(path);
    }
  } finally {
    await top.close();
  }
  await rmdir(`${parent}/${name}`);
}

/** Removes what is no directory, and answers with the names of those that are. */
async function removeFiles(directory: string): Promise<string[]> {
  const directories: string[] = [];
  for await (const entry of await opendir(directory)) {
    if (entry.isDirectory()) directories.push(entry.name);
    else await unlink(`${directory}/${entry.name}`);
  }
  return directories;
}

function openDirectory(path: string) {
  return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}
