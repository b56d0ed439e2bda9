import { readlink } from "node:fs/promises";

/** Where a process is at the moment, as an absolute path; `null` when it has ended, is not ours to read, or is nowhere. Linux only. */
export async function workingDirectory(pid: number): Promise<string | null> {
  try {
    const path = await readlink(`/proc/${pid}/cwd`);
    return path.startsWith("/") ? path : null;
  } catch {
    return null;
  }
}
