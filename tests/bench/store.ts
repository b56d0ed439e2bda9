import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore, type Store } from "@holdfast/core";
import { buildSessionRecord, buildStoredExecution } from "@holdfast/harness";
import { SqliteStore } from "@holdfast/store-sqlite";
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
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
