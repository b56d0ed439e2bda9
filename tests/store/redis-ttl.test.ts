import { buildSessionRecord, buildStoredExecution } from "@holdfast/harness";
import { RedisStore } from "@holdfast/store-redis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { has } from "../support/requires.ts";

const ttlMs = 100_000;
const session = { type: "session", record: buildSessionRecord() } as const;
const idempotency = { key: "k", bodyHash: "h" };
const output = {
  type: "events",
  sessionId: "s",
  executionId: "e",
  events: [{ seq: 1, type: "stdout", bytes: Buffer.from("x") }],
} as const;

describe.skipIf(!has("redis-server"))("RedisStore: the time to live [R6.2] [S4-13]", () => {
  let server: RedisServer;
  beforeEach(async () => void (server = await startRedis()));
  afterEach(() => server[Symbol.asyncDispose]());

  /** Milliseconds that are left to each key; -1: for ever. */
  const lives = async (): Promise<Readonly<Record<string, number>>> => {
    const keys = (await server.cli("--raw", "KEYS", "*")).split("\n").toSorted();
    const left = await Promise.all(keys.map((key) => server.cli("PTTL", key)));
    return Object.fromEntries(keys.map((key, index) => [key, Number(left[index])]));
  };
  const filled = async (options = {}) => {
    const store = await RedisStore.open(server.url, options);
    const tombstone = { version: 1, sessionId: "t", reason: "closed", owner: null, at: 1 } as const;
    await store.write([session, { type: "session_gone", tombstone }]);
    await store.claim(buildStoredExecution({}, { idempotency }));
    await store.write([
      { type: "execution", execution: buildStoredExecution({ id: "ended", status: "ok" }) },
      output,
    ]);
    return store;
  };
  const shorten = async (ms: number) => {
    for (const key of Object.keys(await lives())) await server.cli("PEXPIRE", key, String(ms));
  };
  const allAbove = (ms: number) => async () =>
    Object.values(await lives()).every((left) => left > ms);

  it("is for ever where none was asked for, also of what had one", async () => {
    await (await filled({ ttlMs })).close();
    expect(Object.keys(await lives())).toHaveLength(13);
    expect(new Set(Object.values(await lives()))).not.toContain(-1);
    await using store = await RedisStore.open(server.url);
    expect(new Set(Object.values(await lives()))).toEqual(new Set([-1]));
    await store.write([session]);
  });

  it("is put off by what is written of a session, for all that belongs to it", async () => {
    await using store = await filled({ ttlMs });
    await shorten(50_000);
    await store.write([output]);
    expect(await allAbove(90_000)()).toBe(true);
    await shorten(50_000);
    await store.claim(buildStoredExecution({ id: "c" }));
    expect(await allAbove(90_000)()).toBe(true);
  });

  it("is put off by a host that comes back, and given to what had none", async () => {
    await (await filled()).close();
    await (await RedisStore.open(server.url, { ttlMs })).close();
    expect(await allAbove(90_000)()).toBe(true);
  });

  it("is put off by a host that is there, for sessions of which nothing is written", async () => {
    await using store = await filled({ ttlMs: 8_000 });
    await shorten(4_000);
    await expect.poll(allAbove(4_000), { timeout: 10_000 }).toBe(true);
    expect((await store.sessions()).records).toHaveLength(1);
  });

  it("ends what nobody came back to, and leaves what is left of it to nobody", async () => {
    const store = await filled({ ttlMs: 3_000 });
    await store.close();
    await expect.poll(() => server.cli("DBSIZE"), { timeout: 15_000 }).toBe("0");
  });

  it("one session that has ended does not trouble the others", async () => {
    await using store = await filled({ ttlMs });
    await store.write([{ type: "session", record: buildSessionRecord({ id: "other" }) }]);
    for (const kind of ["session", "executions", "order", "ended", "keys", "events"])
      await server.cli("DEL", `holdfast:${kind}:s`);
    const sessions = await store.sessions();
    expect([sessions.records.map(({ id }) => id), sessions.damaged]).toEqual([["other"], []]);
    expect(await store.unfinished()).toEqual({ records: [], damaged: [] });
    await store.close();
    await using again = await RedisStore.open(server.url, { ttlMs });
    expect(await server.cli("ZRANGE", "holdfast:sessions", "0", "-1")).toBe("other");
    expect((await again.unfinished()).damaged).toEqual([]);
  });
});
