import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bashRuntime } from "@holdfast/adapter-bash";
import { MemoryStore, type Runtime, type Store } from "@holdfast/core";
import { FakeRuntime } from "@holdfast/harness";
import { RedisStore } from "@holdfast/store-redis";
import { SqliteStore } from "@holdfast/store-sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../support/redis-server.ts";
import { has } from "../support/requires.ts";
import { testServer } from "./test-server.ts";

// HOLDFAST_LOAD=full does what is promised in full: 10,000 pairs, 100 at a time.
const isFull = process.env["HOLDFAST_LOAD"] === "full";

const load = { pairs: isFull ? 10_000 : 300, concurrency: 100 };

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "server-data-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function allFound(
  runtime: Runtime,
  store: Store,
  { pairs, concurrency }: { readonly pairs: number; readonly concurrency: number },
): Promise<void> {
  await using server = await testServer({}, { runtimes: [runtime], store, maxSessions: 1_000 });
  await server.host.open();
  let begun = 0;
  const found = { created: 0, got: 0 };
  const client = async () => {
    while (begun < pairs) {
      begun++;
      const { status, json } = await server.api.post("/v1/sessions", { runtime: runtime.name });
      if (status !== 201) continue;
      found.created++;
      const { id } = json as { id: string };
      if ((await server.api.request("GET", `/v1/sessions/${id}`)).status === 200) found.got++;
      await server.api.request("DELETE", `/v1/sessions/${id}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  expect(found).toEqual({ created: pairs, got: pairs });
  await store.close();
}

it(
  "a session that was created is found by few clients as by many [S4-27]",
  { timeout: 120_000 },
  async () => {
    for (const concurrency of [1, 5, 25, 100])
      await allFound(new FakeRuntime(), new MemoryStore(), { pairs: 100, concurrency });
  },
);

describe.each([
  ["memory", async () => new MemoryStore()],
  ["SQLite", async () => SqliteStore.open(join(folder, "holdfast.db"))],
] as const)("a session that was created, with a store in %s", (_, open) => {
  it(
    "is found by the next request, always [R6.1] [R6.3] [S4-1] [S4-2] [S4-4] [S4-20]",
    { timeout: 300_000 },
    async () => {
      await allFound(new FakeRuntime(), await open(), load);
    },
  );
});

it.skipIf(!has("redis-server"))(
  "a session that was created, with a store in Redis, is found by the next request, always [R6.1] [R6.2] [R6.3]",
  { timeout: 300_000 },
  async () => {
    await using redis = await startRedis();
    await allFound(new FakeRuntime(), await RedisStore.open(redis.url), load);
  },
);

it(
  "a real bash that was created is found by the next request [R6.1] [S4-9]",
  { timeout: 120_000 },
  async () => {
    const fewer = { pairs: isFull ? 1_000 : 60, concurrency: 20 };
    await allFound(bashRuntime(), new MemoryStore(), fewer);
  },
);
