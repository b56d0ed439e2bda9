import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildSessionRecord, buildStoredExecution } from "@holdfast/harness";
import { SqliteStore } from "@holdfast/store-sqlite";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sqlite-file-"));
  file = join(folder, "data", "holdfast.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function filled(): Promise<void> {
  await using store = await SqliteStore.open(file);
  await store.write([{ type: "session", record: buildSessionRecord() }]);
  for (let i = 0; i < 200; i++) {
    const execution = buildStoredExecution({ id: `e${i}` }, { code: "x".repeat(2_000) });
    await store.write([{ type: "execution", execution }]);
  }
}

describe("SqliteStore.open()", () => {
  it("makes the folder and the file for this user alone [S2-23]", async () => {
    await using store = await SqliteStore.open(file);
    await store.write([{ type: "session", record: buildSessionRecord() }]);
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
    for (const name of [file, `${file}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  it("takes the rights of others from a file that is there", async () => {
    await filled();
    chmodSync(file, 0o644);
    await (await SqliteStore.open(file)).close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  const damages: readonly (readonly [string, () => void])[] = [
    [
      "a text",
      () => writeFileSync(file, "This is no database, whatever its name says.\n".repeat(50)),
    ],
    ["a cut file", () => truncateSync(file, 20_000)],
    [
      "pages that were overwritten",
      () => {
        const bytes = readFileSync(file);
        bytes.fill(0xa5, 4_096 * 3, 4_096 * 12);
        writeFileSync(file, bytes);
      },
    ],
    [
      "another program's database",
      () => {
        rmSync(file);
        const other = new DatabaseSync(file);
        other.exec("CREATE TABLE sessions (id TEXT)");
        other.close();
      },
    ],
    [
      "a later version",
      () => {
        const later = new DatabaseSync(file);
        later.exec("PRAGMA user_version = 99");
        later.close();
      },
    ],
  ];
  it.each(damages)(
    "refuses %s, names the file and leaves it as it is [D32] [R5.1]",
    async (_name, damage) => {
      await filled();
      damage();
      const before = readFileSync(file);
      await expect(SqliteStore.open(file)).rejects.toMatchObject({
        code: "store_invalid",
        message: expect.stringContaining(file),
        details: { file },
      });
      expect(readFileSync(file).equals(before)).toBe(true);
    },
  );

  it("refuses a folder that cannot be made [S2-23]", async () => {
    mkdirSync(join(folder, "data"));
    writeFileSync(file, "");
    await expect(SqliteStore.open(join(file, "below.db"))).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("below.db"),
    });
  });

  it("refuses a file that another process has open, until that ends, also by kill -9 [D40]", async () => {
    const url = import.meta.resolve("@holdfast/store-sqlite");
    const script = `const { SqliteStore } = await import(${JSON.stringify(url)});
      await SqliteStore.open(${JSON.stringify(file)});
      console.log("open");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const exited = once(child, "exit");
    try {
      await once(child.stdout, "data");
      await expect(SqliteStore.open(file, { busyTimeoutMs: 10 })).rejects.toMatchObject({
        code: "store_unavailable",
        message: expect.stringContaining("another process"),
      });
    } finally {
      child.kill("SIGKILL");
      await exited;
    }
    await using store = await SqliteStore.open(file);
    expect((await store.sessions()).records).toEqual([]);
  });
});

it("SqliteStore tells of a row of something else, and reads the others [D32]", async () => {
  await filled();
  const database = new DatabaseSync(file);
  database.exec("UPDATE executions SET data = x'c1' WHERE id = 'e7'");
  database.close();
  await using store = await SqliteStore.open(file);
  const { records, damaged } = await store.executions("s", { limit: 1_000 });
  expect([records.length, damaged.map(({ code }) => code)]).toEqual([199, ["store_invalid"]]);
});
