import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canMountTmpfs, mountTmpfs } from "./tmpfs.ts";

if (!canMountTmpfs()) {
  if (process.env["CI"] === "true") throw new Error("a mount of tmpfs is not permitted");
  console.warn("SKIPPED: a mount of tmpfs is not permitted");
}

test.skipIf(!canMountTmpfs())(
  "Tmpfs.fill() leaves the room that was asked for, free() gives all back, and its end leaves nothing [F25]",
  () => {
    const disk = mountTmpfs({ sizeBytes: 1 << 20 });
    const file = join(disk.folder, "file");
    const full = expect.objectContaining({ code: "ENOSPC" });
    disk.fill(8192);
    writeFileSync(file, Buffer.alloc(8192));
    expect(() => writeFileSync(file, Buffer.alloc(20_000))).toThrow(full);
    disk.fill();
    expect(() => writeFileSync(file, Buffer.alloc(20_000))).toThrow(full);
    disk.free();
    writeFileSync(file, Buffer.alloc(1 << 19));
    disk[Symbol.dispose]();
    expect(existsSync(disk.folder)).toBe(false);
  },
);

test.skipIf(!canMountTmpfs())(
  "mountTmpfs() with `maxFiles` has room for so many files [F24]",
  () => {
    using disk = mountTmpfs({ sizeBytes: 1 << 20, maxFiles: 3 });
    writeFileSync(join(disk.folder, "a"), "");
    writeFileSync(join(disk.folder, "b"), "");
    expect(() => writeFileSync(join(disk.folder, "c"), "")).toThrow(
      expect.objectContaining({ code: "ENOSPC" }),
    );
  },
);
