import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore, type Store } from "@holdfast/core";
import { buildSessionRecord, buildStoredExecution } from "@holdfast/harness";
import { RedisStore } from "@holdfast/store-redis";
import { SqliteStore } from "@holdfast/store-sqlite";
import { startRedis } from "../support/redis-server.ts";
import { findCommand } from "../support/requires.ts";
import { type BenchOptions, scaled } from "./bench-options.ts";
import type { Row } from "./row.ts";
import { median, percentile, timed } from "./samples.ts";

/** How long it takes until what was written to a store is read from it. */
export async function storeFigures(options: BenchOptions): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-store-"));
  try {
    return [
      ...(await figuresOf(new MemoryStore(), ["in memory", "in memory, with a key"], options)),
      ...(await figuresOf(
        await SqliteStore.open(join(folder, "bench.db")),
        ["SQLite", "SQLite, with a key, flushed to the disk"],
        options,
      )),
      ...(await redisFigures(options)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Over loopback, kept in memory alone and kept on a disk; nothing where there is no `redis-server`. */
async function redisFigures(options: BenchOptions): Promise<readonly Row[]> {
  if (findCommand("redis-server") === null) return [];
  await using inMemory = await startRedis();
  await using onDisk = await startRedis(["--appendonly", "yes", "--appendfsync", "always"]);
  return [
    ...(await figuresOf(
      await RedisStore.open(inMemory.url),
      ["Redis", "Redis, with a key"],
      options,
    )),
    ...(await figuresOf(
      await RedisStore.open(onDisk.url),
      ["Redis, appendfsync always", "Redis, appendfsync always, with a key"],
      options,
    )),
  ];
}

async function figuresOf(
  store: Store,
  [plain, withKey]: readonly [string, string],
  options: BenchOptions,
): Promise<Row[]> {
  await store.write([{ type: "session", record: buildSessionRecord() }]);
  const written: number[] = [];
  const claimed: number[] = [];
  for (let index = 0; index < scaled(500, options); index++) {
    const id = `w${index}`;
    const execution = buildStoredExecution({ id, status: "ok" }, { code: "x".repeat(100) });
    const { ms } = await timed(async () => {
      await store.write([{ type: "execution", execution }]);
      await mustHave(store, id);
    });
    written.push(ms * 1_000);
    const idempotency = { key: `k${index}`, bodyHash: "hash" };
    const second = buildStoredExecution({ id: `c${index}` }, { idempotency });
    const claim = await timed(async () => {
      await store.claim(second);
      await mustHave(store, `c${index}`);
    });
    claimed.push(claim.ms * 1_000);
  }
  await store.close();
  const row = (what: string, samples: readonly number[]): Row => ({
    group: "stores: an execution written and read back",
    what,
    unit: "us",
    ours: median(samples),
    p99: percentile(samples, 0.99),
  });
  return [row(plain, written), row(withKey, claimed)];
}

async function mustHave(store: Store, id: string): Promise<void> {
  const found = await store.execution("s", id);
  if (found?.record.id !== id) throw new Error(`the store does not have ${id}`);
}
