import { readFileSync } from "node:fs";
import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";

const pattern = /^\.writing-(\d+)-(\d+)-/;

/** Where a file is written until it is whole. Its name says whose it is. @param label unique among those of this process */
export function temporaryPath(folder: string, label: string): string {
  return join(folder, `.writing-${process.pid}-${startTimeOf(process.pid) ?? "0"}-${label}.tmp`);
}

/** Removes what processes that have ended, such as by a `kill -9`, left half written. */
export async function sweepTemporaryFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid, startTime] = pattern.exec(name) ?? [];
    if (pid === undefined || startTime === undefined) continue;
    if (startTimeOf(Number(pid)) !== startTime) await unlink(join(folder, name)).catch(() => {}); // another one that sweeps was first
  }
}

/** In clock ticks since boot; with the pid it names a process for good, and a pid that is used again is not mistaken for it. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
