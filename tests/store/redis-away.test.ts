import { inspect } from "node:util";
import { HoldfastError } from "@holdfast/core";
import { buildSessionRecord, buildStoredExecution } from "@holdfast/harness";
import { RedisStore } from "@holdfast/store-redis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { breakableProxy } from "../support/breakable-proxy.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { has } from "../support/requires.ts";

const session = { type: "session", record: buildSessionRecord() } as const;
const claimOf = (id: string) =>
  buildStoredExecution({ id, status: "queued" }, { idempotency: { key: "k", bodyHash: "h" } });
const away = { code: "store_unavailable" };

describe.skipIf(!has("redis-server"))("RedisStore without its Redis [R6.2] [S4-16]", () => {
  let server: RedisServer;
  beforeEach(async () => void (server = await startRedis()));
  afterEach(() => server[Symbol.asyncDispose]());
  const sessionIds = async (store: RedisStore) =>
    (await store.sessions()).records.map(({ id }) => id);
  const allCalls = (store: RedisStore): readonly Promise<unknown>[] => [
    store.write([session]),
    store.claim(claimOf("late")),
    store.sessions(),
    store.tombstones(),
    store.unfinished(),
    store.execution("s", "e"),
    store.executions("s", { limit: 1 }),
    store.events("s", "e", { after: 0, limit: 1 }),
    store.lastSeq("s", "e"),
    store.prune({ tombstonesBefore: 0, executionsBefore: 0, maxExecutions: 1 }),
  ];

  it("says where it looked when nobody is there", async () => {
    await server.kill();
    await expect(RedisStore.open(server.url)).rejects.toMatchObject({
      ...away,
      message: expect.stringMatching(`${server.url}.*ECONNREFUSED`),
      details: { address: server.url },
    });
    await expect(RedisStore.open(`redis://localhost:${server.port}`)).rejects.toMatchObject({
      ...away,
      message: expect.stringMatching("localhost.*ECONNREFUSED"),
    });
    await expect(RedisStore.open("unix:///nowhere/redis.sock?db=3")).rejects.toMatchObject({
      ...away,
      message: expect.stringMatching(/unix:\/\/\/nowhere\/redis.sock\?db=3.*ENOENT/),
    });
  });

  it("gives up in time on one that does not answer", async () => {
    server.halt(true);
    await expect(RedisStore.open(server.url, { timeoutMs: 100 })).rejects.toMatchObject({
      ...away,
      message: expect.stringContaining("not there within 100 ms"),
    });
  });

  it("fails every call while Redis is killed, and goes on by itself with the sessions it had [D37]", async () => {
    await using store = await RedisStore.open(server.url);
    await store.write([session, { type: "session", record: buildSessionRecord({ id: "gone" }) }]);
    const tombstone = {
      version: 1,
      sessionId: "gone",
      reason: "closed",
      owner: null,
      at: 1,
    } as const;
    await store.write([{ type: "session_gone", tombstone }]);
    await server.kill();
    for (const call of allCalls(store)) await expect(call).rejects.toMatchObject(away);
    await server.start();
    expect(await sessionIds(store)).toEqual(["s"]);
    expect(await store.claim(claimOf("a"))).toBeNull();
  });

  it("fails every call while Redis is halted, and takes back the claims that were made meanwhile", async () => {
    await using store = await RedisStore.open(server.url, { timeoutMs: 1_000 });
    await store.write([session]);
    server.halt(true);
    for (const call of allCalls(store)) await expect(call).rejects.toMatchObject(away);
    server.halt(false);
    // Redis has done what it found when it went on; nobody was told.
    expect((await store.executions("s", { limit: 9 })).records).toEqual([]);
    expect(await server.cli("GET", "holdfast:number")).toBe("1");
    expect(await store.claim(claimOf("b"))).toBeNull();
    expect((await store.claim(claimOf("c")))?.record.id).toBe("b");
    expect((await store.unfinished()).records).toHaveLength(1);
  });

  it("a write that came late does not undo the one that was made in its place", async () => {
    await using store = await RedisStore.open(server.url, { timeoutMs: 1_000 });
    const named = (name: string) =>
      store.write([{ type: "session", record: buildSessionRecord({ labels: { name } }) }]);
    await named("first");
    server.halt(true);
    await expect(named("late")).rejects.toMatchObject(away);
    server.halt(false);
    await named("last");
    expect((await store.sessions()).records[0]?.labels).toEqual({ name: "last" });
  });

  it("many first calls at once make one connection, and again after it was cut [D37]", async () => {
    await using proxy = await breakableProxy(server.port);
    await using store = await RedisStore.open(`redis://127.0.0.1:${proxy.port}`);
    const many = () => Promise.all(Array.from({ length: 50 }, () => store.write([session])));
    await many();
    expect(proxy.connections).toBe(1);
    const cut = store.write([session]);
    proxy.breakAll();
    await expect(cut).rejects.toMatchObject(away);
    await many();
    expect(proxy.connections).toBe(2);
  });

  it("an answer that was cut leaves no claim behind", async () => {
    await using proxy = await breakableProxy(server.port);
    await using store = await RedisStore.open(`redis://127.0.0.1:${proxy.port}`);
    await store.write([session]);
    proxy.holdAll(true);
    const cut = store.claim(claimOf("a"));
    await expect.poll(() => server.cli("GET", "holdfast:number")).toBe("1");
    proxy.breakAll();
    await expect(cut).rejects.toMatchObject(away);
    expect(await store.claim(claimOf("b"))).toBeNull();
  });

  it("tells memory that is full, and changes nothing", async () => {
    await using store = await RedisStore.open(server.url);
    await store.write([session]);
    await server.cli("CONFIG", "SET", "maxmemory", "1");
    const full = { ...away, message: expect.stringContaining("memory is full") };
    await expect(
      store.write([{ type: "session", record: buildSessionRecord({ id: "t" }) }]),
    ).rejects.toMatchObject(full);
    await expect(store.claim(claimOf("a"))).rejects.toMatchObject(full);
    expect(await sessionIds(store)).toEqual(["s"]);
    await server.cli("CONFIG", "SET", "maxmemory", "0");
    expect(await store.claim(claimOf("a"))).toBeNull();
  });

  it("tells a replica, and goes on when it is one no more", async () => {
    await using store = await RedisStore.open(server.url);
    await server.cli("REPLICAOF", "127.0.0.1", "1");
    const replica = { ...away, message: expect.stringContaining("it is a replica") };
    await expect(store.write([session])).rejects.toMatchObject(replica);
    await expect(RedisStore.open(server.url)).rejects.toMatchObject(replica);
    await server.cli("REPLICAOF", "NO", "ONE");
    await store.write([session]);
  });

  it("tells nobody user and password", async () => {
    await server.cli("CONFIG", "SET", "requirepass", "right-secret");
    const host = `127.0.0.1:${server.port}`;
    for (const address of [
      `redis://:wrong-secret@${host}`,
      `redis://user:wrong-secret@${host}/2`,
      `redis://${host}`,
      `redis://:wrong-secret@${host}/zero`,
      `http://:wrong-secret@${host}`,
      "redis://:wrong-secret@[",
    ]) {
      const error = await RedisStore.open(address).catch((one: unknown) => one);
      expect(HoldfastError.is(error)).toBe(true);
      expect(inspect(error, { depth: 9 })).not.toContain("secret");
    }
    await using store = await RedisStore.open(`redis://:right-secret@${host}/3`);
    expect(store.address).toBe(`redis://${host}/3`);
    await using same = await RedisStore.open(`redis://${host}/3`, { password: "right-secret" });
    await same.write([session]);
    await expect(store.write([session])).rejects.toMatchObject(away);
  });
});
