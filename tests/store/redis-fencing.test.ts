import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { buildSessionRecord, buildStoredExecution } from "@holdfast/harness";
import { RedisStore } from "@holdfast/store-redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { breakableProxy } from "../support/breakable-proxy.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { has } from "../support/requires.ts";

/** A way to a local port that remembers what went there. */
async function recordingWay(target: number) {
  const sent: Buffer[] = [];
  const sockets: Socket[] = [];
  const way = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    for (const socket of [client, upstream]) socket.on("error", () => {});
    client.on("data", (chunk) => sent.push(chunk));
    client.pipe(upstream).pipe(client);
    sockets.push(client, upstream);
  }).listen(0, "127.0.0.1");
  await once(way, "listening");
  const cut = () => {
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  return {
    port: (way.address() as AddressInfo).port,
    sent,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      way.close();
      await once(way, "close");
    },
  };
}

async function answerTo(command: Buffer, port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(command);
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return String(answer);
}

const everything = { tombstonesBefore: Infinity, executionsBefore: Infinity, maxExecutions: 0 };
const overtaken = {
  code: "store_unavailable",
  message: expect.stringContaining("another host has opened it since"),
};

describe.skipIf(!has("redis-server"))("RedisStore: who writes [R6.2] [D40]", () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server[Symbol.asyncDispose]());

  /** All that is under a prefix, as bytes. */
  const dump = async (prefix: string) => {
    const keys = (await server.cli("--raw", "KEYS", `${prefix}*`)).split("\n").toSorted();
    return Promise.all(keys.map(async (key) => [key, await server.cli("DUMP", key)]));
  };

  const session = { type: "session", record: buildSessionRecord() } as const;
  const tombstone = { version: 1, sessionId: "t", reason: "closed", owner: null, at: 1 } as const;
  const ended = buildStoredExecution({ id: "e", status: "ok" });
  const filled = async (prefix: string, url = server.url) => {
    const store = await RedisStore.open(url, { prefix });
    await store.write([
      session,
      { type: "execution", execution: ended },
      { type: "session_gone", tombstone },
    ]);
    return store;
  };

  const calls: readonly (readonly [string, (store: RedisStore) => Promise<unknown>])[] = [
    [
      "write()",
      (store) => store.write([session, { type: "execution", execution: buildStoredExecution() }]),
    ],
    ["claim()", (store) => store.claim(buildStoredExecution({ id: "c" }))],
    ["prune()", (store) => store.prune(everything)],
  ];
  it.each(calls)(
    "%s of a host that was overtaken is refused for ever, and changes nothing",
    async (name, call) => {
      const prefix = `overtaken ${name}:`;
      await using older = await filled(prefix);
      await using newer = await RedisStore.open(server.url, { prefix });
      const before = await dump(prefix);
      await expect(call(older)).rejects.toMatchObject(overtaken);
      expect(await dump(prefix)).toEqual(before);
      for (const again of [call, async (store: RedisStore) => store.sessions()])
        await expect(again(older)).rejects.toMatchObject(overtaken);
      await call(newer);
      await newer.close();
      await expect(call(older)).rejects.toMatchObject(overtaken);
    },
  );

  it.each(calls)(
    "%s that was held up on its way comes to nothing when somebody was faster",
    async (name, call) => {
      const prefix = `late ${name}:`;
      await using proxy = await breakableProxy(server.port);
      await using older = await filled(prefix, `redis://127.0.0.1:${proxy.port}`);
      proxy.holdRequests(true);
      const late = call(older);
      await using newer = await RedisStore.open(server.url, { prefix });
      const before = await dump(prefix);
      proxy.holdRequests(false);
      await expect(late).rejects.toMatchObject(overtaken);
      expect(await dump(prefix)).toEqual(before);
      expect((await newer.sessions()).records).toHaveLength(1);
    },
  );

  it("a command of a connection that was given up comes to nothing, whenever Redis reads it", async () => {
    const prefix = "given up:";
    await using way = await recordingWay(server.port);
    await using store = await RedisStore.open(`redis://127.0.0.1:${way.port}`, { prefix });
    const named = (name: string) =>
      store.write([{ type: "session", record: buildSessionRecord({ labels: { name } }) }]);
    way.sent.length = 0;
    await named("first");
    const late = Buffer.concat(way.sent);
    way.cut();
    await expect(named("cut")).rejects.toMatchObject({ code: "store_unavailable" });
    await named("second");
    expect(await answerTo(late, server.port)).toMatch(/^-OVERTAKEN /);
    expect((await store.sessions()).records[0]?.labels).toEqual({ name: "second" });
    await named("third");
  });

  it("of hosts that open it at once one is left", async () => {
    const prefix = "race:";
    const openings = Array.from({ length: 8 }, () => RedisStore.open(server.url, { prefix }));
    const settled = await Promise.allSettled(openings);
    const stores = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const writes = await Promise.allSettled(stores.map((store) => store.write([session])));
    expect(writes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  it("the fence of a host that was overtaken does not come back with a Redis that has lost all", async () => {
    await using own = await startRedis();
    await using older = await RedisStore.open(own.url);
    await using newer = await RedisStore.open(own.url);
    await older.write([session]).catch(() => {});
    await own.kill();
    await own.start();
    await expect(older.write([session])).rejects.toMatchObject(overtaken);
    await newer.write([session]);
    expect((await newer.sessions()).records).toHaveLength(1);
  });

  it("the newer of two hosts wins also when the older one is the first to find Redis empty", async () => {
    await using own = await startRedis();
    await using older = await RedisStore.open(own.url);
    await using newer = await RedisStore.open(own.url);
    await own.kill();
    await own.start();
    const again = async (store: RedisStore): Promise<void> =>
      store.write([session]).catch(async () => store.write([session]));
    await again(older);
    await again(newer);
    await expect(older.write([session])).rejects.toMatchObject(overtaken);
  });

  it("a host that was overtaken does not come back by a new connection", async () => {
    const prefix = "reconnected:";
    await using proxy = await breakableProxy(server.port);
    await using older = await filled(prefix, `redis://127.0.0.1:${proxy.port}`);
    await using newer = await RedisStore.open(server.url, { prefix });
    const cut = older.sessions();
    proxy.breakAll();
    await expect(cut).rejects.toMatchObject({ code: "store_unavailable" });
    await expect(older.sessions()).rejects.toMatchObject(overtaken);
    await newer.write([session]);
  });

  it("the host that opens an empty Redis wins over those that had it before", async () => {
    await using own = await startRedis();
    await using first = await RedisStore.open(own.url);
    await using second = await RedisStore.open(own.url);
    await own.kill();
    await own.start();
    await using third = await RedisStore.open(own.url);
    for (const older of [first, second]) {
      const again = async () => older.write([session]);
      await expect(again().catch(again)).rejects.toMatchObject(overtaken);
    }
    await third.write([session]);
  });

  it("prefixes keep hosts apart", async () => {
    await using one = await RedisStore.open(server.url, { prefix: "one:" });
    await using two = await RedisStore.open(server.url, { prefix: "two:" });
    await one.write([session]);
    expect((await two.sessions()).records).toEqual([]);
    await two.write([session]);
  });
});
