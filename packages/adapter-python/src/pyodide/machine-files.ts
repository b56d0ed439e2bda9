import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { FileSystem } from "./file-system.ts";

// Pyodide has these of its own: devices, descriptors, and its standard library.
const ofPyodide = new Set(["dev", "proc", "lib"]);

/** Puts the folders of the machine where Python finds them under their own names, and the worker's own one at any rate. */
export function mountMachine(files: FileSystem, directory: string): void {
  for (const name of readdirSync("/")) {
    if (ofPyodide.has(name)) continue;
    const path = join("/", name);
    const status = lstatSync(path);
    if (status.isDirectory()) mountFolder(files, path, path);
    else if (status.isSymbolicLink() && !files.analyzePath(path).exists)
      files.symlink(readlinkSync(path), path);
  }
  if (!files.analyzePath(directory).exists) mountFolder(files, directory, directory);
}

/** Puts a folder of the machine at a path of Python's. */
export function mountFolder(files: FileSystem, root: string, path: string): void {
  files.mkdirTree(path);
  files.mount(files.filesystems.NODEFS, { root }, path);
}
