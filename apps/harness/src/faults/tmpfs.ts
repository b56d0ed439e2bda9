import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, rmdirSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own, in memory. Disposing of it unmounts it, whatever is in it. */
export interface Tmpfs extends Disposable {
  readonly folder: string;
  /** Takes all room but so many bytes, to the granularity of a page. @default 0 */
  fill(leaveBytes?: number): void;
  /** Gives back what {@link fill} took. */
  free(): void;
}

let isAllowed: boolean | undefined;

/** Whether this process may mount one: as root on Linux, unless a sandbox forbids it. Found out once. */
export function canMountTmpfs(): boolean {
  if (isAllowed !== undefined) return isAllowed;
  try {
    mountTmpfs({ sizeBytes: 4096 })[Symbol.dispose]();
    isAllowed = true;
  } catch {
    isAllowed = false;
  }
  return isAllowed;
}

/** How large a {@link Tmpfs} is. */
export interface TmpfsOptions {
  readonly sizeBytes: number;
  /** Files, folders and FIFOs that it can have, its own folder counted: what runs out where files are empty. @default no bound */
  readonly maxFiles?: number;
}

/**
 * Mounts a small file system, for tests of a full disk. Ask {@link canMountTmpfs} before.
 * @throws Error of `mount` where that is not allowed
 */
export function mountTmpfs({ sizeBytes, maxFiles = 0 }: TmpfsOptions): Tmpfs {
  const folder = mkdtempSync(join(tmpdir(), "tmpfs-"));
  try {
    mount([
      "-t",
      "tmpfs",
      "-o",
      `size=${sizeBytes},nr_inodes=${maxFiles},mode=0700`,
      "tmpfs",
      folder,
    ]);
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  const ballast = join(folder, ".ballast");
  const free = () => rmSync(ballast, { force: true });
  return {
    folder,
    fill(leaveBytes = 0) {
      free();
      const { bavail, bsize } = statfsSync(folder);
      const blocks = bavail - Math.ceil(leaveBytes / bsize);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, blocks * bsize)));
    },
    free,
    [Symbol.dispose]() {
      // Lazily: who still holds a file in it keeps it until then, and the folder is free at once.
      execFileSync("umount", ["-l", folder], { stdio: "pipe" });
      rmdirSync(folder);
    },
  };
}

function mount(args: readonly string[]): void {
  execFileSync("mount", args, { stdio: "pipe" });
}
