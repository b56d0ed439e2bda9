import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  type Checkpoint,
  type CheckpointStore,
  FolderCheckpointStore,
  HoldfastError,
  openCheckpointKeys,
  rotateCheckpointKey,
} from "@holdfast/core";
import { canMountTmpfs, expectNoLeaks, holdings, mountTmpfs } from "@holdfast/harness";
import { describe, expect, it, onTestFinished } from "vitest";
import { isPermitted } from "../support/requires.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function write(
  store: CheckpointStore,
  state: Uint8Array = Buffer.from("state"),
  fields: { readonly id?: string; readonly owner?: string } = {},
): Promise<Checkpoint> {
  const about = { sessionId: "s", runtime: "python", runtimeVersion: "3" };
  await using writer = await store.create({ ...about, ...fields });
  await writer.write(state);
  return await writer.commit({ format: "dill", skipped: [] });
}

async function read(store: CheckpointStore, id: string): Promise<Buffer> {
  await using reader = await store.open(id);
  const pieces: Uint8Array[] = [];
  for await (const piece of reader.pieces) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What opening it comes to: the reason of the refusal. */
async function refusal(store: CheckpointStore, id: string): Promise<unknown> {
  try {
    await using _ = await store.open(id);
    return "opened";
  } catch (error) {
    return HoldfastError.is(error) ? (error.details["reason"] ?? error.code) : error;
  }
}

function pathOf(folder: string, id: string): string {
  return join(folder, `${id}.checkpoint`);
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe("FolderCheckpointStore", () => {
  it("keeps its folder, its files and its key from all others", async () => {
    const folder = join(temporaryFolder(), "new");
    const store = await FolderCheckpointStore.open({ folder });
    const { id } = await write(store);
    expect(modeOf(folder)).toBe("700");
    expect(modeOf(pathOf(folder, id))).toBe("600");
    expect(modeOf(join(folder, "checkpoint.key"))).toBe("600");
    expect(statSync(join(folder, "checkpoint.key")).size).toBe(32);
    expect(readdirSync(folder).toSorted()).toEqual(
      [`${id}.checkpoint`, "checkpoint.key"].toSorted(),
    );
  });

  it("has everything again when it is opened anew, and goes on in order [R7.3]", async () => {
    const folder = temporaryFolder();
    const first = await FolderCheckpointStore.open({ folder });
    const old = await write(first, Buffer.from("old"));
    const second = await FolderCheckpointStore.open({ folder });
    expect(await second.get(old.id)).toEqual(old);
    expect((await read(second, old.id)).toString()).toBe("old");
    const fresh = await write(second);
    expect((await first.list()).items).toEqual([fresh, old]);
  });

  it(
    "gives nothing of a file that is damaged in any bit, and says so [A39]",
    { timeout: 60_000 },
    async () => {
      const folder = temporaryFolder();
      const store = await FolderCheckpointStore.open({ folder });
      const { id } = await write(store);
      const path = pathOf(folder, id);
      const whole = readFileSync(path);
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const changed = Buffer.from(whole);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        writeFileSync(path, changed);
        expect(
          ["damaged", "truncated", "foreign_key", "unsupported_version"],
          `bit ${bit}`,
        ).toContain(await refusal(store, id));
      }
      writeFileSync(path, whole);
      expect((await read(store, id)).toString()).toBe("state");
    },
  );

  it(
    "gives nothing of a file that was cut anywhere or has grown [A39]",
    { timeout: 60_000 },
    async () => {
      const folder = temporaryFolder();
      const store = await FolderCheckpointStore.open({ folder });
      const { id } = await write(store);
      const path = pathOf(folder, id);
      const whole = readFileSync(path);
      for (let length = 0; length < whole.length; length++) {
        writeFileSync(path, whole.subarray(0, length));
        expect(await refusal(store, id), `${length} bytes`).toBe("truncated");
      }
      writeFileSync(path, Buffer.concat([whole, whole]));
      expect(await refusal(store, id)).toBe("damaged");
    },
  );

  it("notices a change in the middle of a large one before it gives the first byte [A39]", async () => {
    const folder = temporaryFolder();
    const store = await FolderCheckpointStore.open({ folder });
    const { id } = await write(store, Buffer.alloc(5_000_000, 1));
    const bytes = readFileSync(pathOf(folder, id));
    bytes[4_000_000] = 2;
    writeFileSync(pathOf(folder, id), bytes);
    expect(await store.get(id)).toMatchObject({ sizeBytes: 5_000_000 });
    await expect(store.open(id)).rejects.toMatchObject({
      code: "checkpoint_invalid",
      message: expect.stringContaining(id),
      details: { reason: "damaged", checkpointId: id },
    });
  });

  it("throws where a file is changed while it is read, and gives nothing of the change", async () => {
    const folder = temporaryFolder();
    const store = await FolderCheckpointStore.open({ folder });
    const { id } = await write(store, Buffer.alloc(5_000_000, 1));
    await using reader = await store.open(id);
    writeFileSync(pathOf(folder, id), Buffer.alloc(5_000_000, 2));
    const seen = new Set<number>();
    const reading = (async () => {
      for await (const piece of reader.pieces) for (const byte of piece) seen.add(byte);
    })();
    await expect(reading).rejects.toMatchObject({ code: "checkpoint_invalid" });
    expect(seen.has(2)).toBe(false);
  });

  it("refuses one that was put in the place of another, whoever's it is [A40]", async () => {
    const folder = temporaryFolder();
    const store = await FolderCheckpointStore.open({ folder });
    const mine = await write(store, Buffer.from("mine"), { owner: "a" });
    const theirs = await write(store, Buffer.from("theirs"), { owner: "b" });
    copyFileSync(pathOf(folder, theirs.id), pathOf(folder, mine.id));
    expect(await refusal(store, mine.id)).toBe("damaged");
    copyFileSync(pathOf(folder, theirs.id), pathOf(folder, "new"));
    expect(await refusal(store, "new")).toBe("damaged");
  });

  it("leaves what is not valid out of its list, tells of it, and can delete it", async () => {
    const folder = temporaryFolder();
    const told: string[] = [];
    const store = await FolderCheckpointStore.open({ folder, onInvalid: (id) => told.push(id) });
    const good = await write(store);
    writeFileSync(pathOf(folder, "garbage"), "garbage");
    writeFileSync(join(folder, "a note.txt"), "no checkpoint");
    expect((await store.list()).items).toEqual([good]);
    expect(told).toContain("garbage");
    await expect(
      store.create({ id: "garbage", sessionId: "s", runtime: "r", runtimeVersion: "1" }),
    ).rejects.toMatchObject({
      code: "invalid_request",
    });
    await store.delete("garbage");
    expect(readdirSync(folder)).toContain("a note.txt");
    expect(readdirSync(folder)).not.toContain("garbage.checkpoint");
  });

  it("follows no link and waits for no FIFO, whatever is put in its folder [A34] [A36]", async () => {
    const folder = temporaryFolder();
    const store = await FolderCheckpointStore.open({ folder });
    const { id } = await write(store);
    symlinkSync(pathOf(folder, id), pathOf(folder, "link"));
    execFileSync("mkfifo", [pathOf(folder, "fifo")]);
    mkdirSync(pathOf(folder, "folder"));
    for (const name of ["link", "fifo", "folder"])
      expect(await refusal(store, name), name).toBe("damaged");
    expect((await store.list()).items.map((one) => one.id)).toEqual([id]);
  });

  it("leaves no descriptor open, however reading and writing end", async () => {
    const folder = temporaryFolder();
    const store = await FolderCheckpointStore.open({ folder });
    const { id } = await write(store, Buffer.alloc(1_000_000));
    const before = holdings();
    await read(store, id);
    {
      await using reader = await store.open(id);
      for await (const _ of reader.pieces) break;
    }
    truncateSync(pathOf(folder, id), 500_000);
    await refusal(store, id);
    await (await store.create({ sessionId: "s", runtime: "r", runtimeVersion: "1" })).abort();
    await expectNoLeaks(before);
  });

  it("has the old ones and nothing of the new after a kill -9 while one was written, and sweeps what it left [F26] [S0-16]", async () => {
    const folder = temporaryFolder();
    const store = await FolderCheckpointStore.open({ folder });
    const old = await write(store, Buffer.from("old"));
    const script = join(import.meta.dirname, "endless-writer.ts");
    const child = spawn(process.execPath, [script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    const half = () => readdirSync(folder).filter((name) => name.startsWith(".writing-"));
    expect(half().length).toBe(1);
    // One that is opened meanwhile leaves it: its writer lives.
    await FolderCheckpointStore.open({ folder });
    expect(half().length).toBe(1);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(half().length).toBe(1);
    const again = await FolderCheckpointStore.open({ folder });
    expect(half()).toEqual([]);
    expect((await again.list()).items).toEqual([old]);
    expect((await read(again, old.id)).toString()).toBe("old");
  });

  it("sweeps what a process left whose id is that of another one now [F47]", async () => {
    const folder = temporaryFolder();
    await FolderCheckpointStore.open({ folder });
    const name = `.writing-${process.pid}-1-x.tmp`; // 1: as if it had been started at boot
    writeFileSync(join(folder, name), "half");
    await FolderCheckpointStore.open({ folder });
    expect(readdirSync(folder)).toEqual(["checkpoint.key"]);
  });

  it.skipIf(!isPermitted("a mount of tmpfs", canMountTmpfs()))(
    "on a full disk refuses the new one, leaves nothing of it, keeps the old ones, and goes on when there is room [F25]",
    async () => {
      using disk = mountTmpfs({ sizeBytes: 8 << 20 });
      const { folder } = disk;
      const store = await FolderCheckpointStore.open({ folder });
      const old = await write(store, Buffer.alloc(2 << 20, 1));
      const before = readdirSync(folder);
      disk.fill(1 << 20);
      const full = { code: "storage_full", details: { errno: "ENOSPC" } };
      await expect(write(store, Buffer.alloc(3 << 20, 2))).rejects.toMatchObject(full);
      // Where the end no longer fits, too.
      disk.fill(4096);
      const report = {
        format: "",
        skipped: Array.from({ length: 1_000 }, () => ({ name: "n", reason: "r".repeat(500) })),
      };
      const last = await store.create({ sessionId: "s", runtime: "python", runtimeVersion: "3" });
      await expect(last.commit(report)).rejects.toMatchObject(full);
      disk.free();
      expect(readdirSync(folder)).toEqual(before);
      expect((await store.list()).items).toEqual([old]);
      expect((await read(store, old.id)).equals(Buffer.alloc(2 << 20, 1))).toBe(true);
      await write(store, Buffer.alloc(4 << 20, 3));
    },
  );
});

describe("openCheckpointKeys()", () => {
  it("makes one key, also when 8 processes ask at once [D37]", async () => {
    const folder = temporaryFolder();
    const script = join(import.meta.dirname, "open-keys.ts");
    const children = Array.from({ length: 8 }, () =>
      spawn(process.execPath, [script, folder], { stdio: ["pipe", "pipe", "inherit"] }),
    );
    await Promise.all(children.map((child) => once(child, "spawn")));
    for (const child of children) child.stdin.end();
    const ids = await Promise.all(children.map((child) => text(child.stdout)));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}\n$/);
    expect(readdirSync(folder)).toEqual(["checkpoint.key"]);
  });

  it("makes one key, also when it is asked 50 times at once [D37]", async () => {
    const folder = temporaryFolder();
    const all = await Promise.all(Array.from({ length: 50 }, () => openCheckpointKeys(folder)));
    expect(new Set(all.map(({ current }) => current.secret.toString("hex"))).size).toBe(1);
    expect(readdirSync(folder)).toEqual(["checkpoint.key"]);
  });

  it("refuses to go on with a key that others could read, or that is none", async () => {
    const folder = temporaryFolder();
    await openCheckpointKeys(folder);
    const path = join(folder, "checkpoint.key");
    chmodSync(path, 0o640);
    await expect(openCheckpointKeys(folder)).rejects.toMatchObject({
      code: "internal",
      message: expect.stringMatching(/0640, allowed 0600/),
    });
    chmodSync(path, 0o600);
    truncateSync(path, 16);
    await expect(openCheckpointKeys(folder)).rejects.toThrow(/16 bytes, allowed 32/);
    renameSync(path, join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), path);
    await expect(openCheckpointKeys(folder)).rejects.toMatchObject({ code: "internal" });
  });

  it("with another key, what the first has sealed is refused as foreign [A43]", async () => {
    const folder = temporaryFolder();
    const { id } = await write(await FolderCheckpointStore.open({ folder }));
    renameSync(join(folder, "checkpoint.key"), join(folder, "lost"));
    const store = await FolderCheckpointStore.open({ folder });
    expect((await store.list()).items).toEqual([]);
    await expect(store.open(id)).rejects.toMatchObject({
      code: "checkpoint_invalid",
      details: { reason: "foreign_key", checkpointId: id },
    });
  });
});

describe("rotateCheckpointKey()", () => {
  it("seals with a new key, opens what the old one sealed, and refuses that when the old one is deleted [A43]", async () => {
    const folder = temporaryFolder();
    const before = await FolderCheckpointStore.open({ folder });
    const old = await write(before, Buffer.from("old"));
    const first = (await openCheckpointKeys(folder)).current;
    const second = (await rotateCheckpointKey(folder)).current;
    expect(second.id.equals(first.id)).toBe(false);
    const retired = join(folder, `checkpoint-${first.id.toString("hex")}.key`);
    expect([modeOf(retired), modeOf(join(folder, "checkpoint.key"))]).toEqual(["600", "600"]);
    const store = await FolderCheckpointStore.open({ folder });
    const fresh = await write(store, Buffer.from("fresh"));
    expect((await read(store, old.id)).toString()).toBe("old");
    // One that was opened before the rotation reads on, and writes with its key.
    expect((await read(before, fresh.id)).toString()).toBe("fresh");
    expect((await read(store, (await write(before)).id)).toString()).toBe("state");
    renameSync(retired, join(folder, "deleted"));
    expect(await refusal(store, old.id)).toBe("foreign_key");
    expect((await read(store, fresh.id)).toString()).toBe("fresh");
  });
});
