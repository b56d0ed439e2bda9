import { describeStoreContract } from "@holdfast/harness/vitest";
import { RedisStore } from "@holdfast/store-redis";
import { afterAll, beforeAll, describe } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { has } from "../support/requires.ts";

describe.skipIf(!has("redis-server"))("[R6.2] [S4-13]", () => {
  let server: RedisServer;
  let count = 0;
  const open = (options = {}) =>
    RedisStore.open(server.url, { prefix: `contract-${count}:`, ...options });
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server[Symbol.asyncDispose]());

  describeStoreContract("Redis", {
    open: () => {
      count++;
      return open();
    },
    reopen: open,
  });
  describeStoreContract("Redis, with a time to live", {
    open: () => {
      count++;
      return open({ ttlMs: 60_000 });
    },
    reopen: () => open({ ttlMs: 60_000 }),
  });
});
