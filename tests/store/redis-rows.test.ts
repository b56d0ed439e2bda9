import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { buildSessionRecord, buildStoredExecution, temporaryFolder } from "@holdfast/harness";
import type { StoreChange } from "@holdfast/core";
import { RedisStore } from "@holdfast/store-redis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, freePort, startRedis } from "../support/redis-server.ts";
import { runCommand } from "../support/run-command.ts";
import { has } from "../support/requires.ts";

const session = (id = "s"): StoreChange => ({
  type: "session",
  record: buildSessionRecord({ id }),
});
const execution = (id: string, sessionId = "s", key?: string): StoreChange => ({
  type: "execution",
  execution: buildStoredExecution(
    { id, sessionId, status: "ok" },
    key === undefined ? {} : { idempotency: { key, bodyHash: "h" } },
  ),
});
const output = (executionId: string, ...seqs: readonly number[]): StoreChange => ({
  type: "events",
  sessionId: "s",
  executionId,
  events: seqs.map((seq) => ({ seq, type: "stdout", bytes: Buffer.from(`${executionId}${seq}`) })),
});

describe.skipIf(!has("redis-server"))("RedisStore", () => {
  let server: RedisServer;
  beforeEach(async () => void (server = await startRedis()));
  afterEach(() => server[Symbol.asyncDispose]());
  const cli = (...args: readonly string[]) => server.cli(...args);
  const keys = async () => (await cli("--raw", "KEYS", "*")).split("\n").toSorted();

  it("tells of a row that somebody has damaged, and reads the others [R6.2] [D32]", async () => {
    await using store = await RedisStore.open(server.url);
    await store.write(["s", "list", "text"].map((id) => session(id)));
    await store.write([
      execution("good"),
      execution("bad"),
      execution("lost"),
      output("good", 1, 2),
    ]);
    await cli("DEL", "holdfast:session:list");
    await cli("RPUSH", "holdfast:session:list", "x");
    await cli("SET", "holdfast:session:text", "no msgpack, whatever it says");
    await cli("HSET", "holdfast:executions:s", "bad", "\u0001");
    await cli("HDEL", "holdfast:executions:s", "lost");
    await cli("ZADD", "holdfast:events:s", "0", "garbage");
    await cli(
      "EVAL",
      "redis.call('ZADD', KEYS[1], 0, '\\0\\4good\\0\\5', '0', '\\0\\4good\\0\\6')",
      "1",
      "holdfast:events:s",
    );
    const { records, damaged } = await store.sessions();
    expect(records.map(({ id }) => id)).toEqual(["s"]);
    expect(damaged.map(({ code, details }) => [code, details["row"]])).toEqual([
      ["store_invalid", "session list"],
      ["store_invalid", "session text"],
    ]);
    const history = await store.executions("s", { limit: 9 });
    expect(history.records.map(({ record }) => record.id)).toEqual(["good"]);
    expect(history.damaged.map(({ details }) => details["row"])).toEqual([
      "execution lost",
      "execution bad",
    ]);
    for (const limit of [1, 2, 9])
      expect(await store.events("s", "good", { after: 0, limit })).toHaveLength(Math.min(limit, 2));
  });

  it("leaves out events that cannot be read, and answers as many others as it can", async () => {
    await using store = await RedisStore.open(server.url);
    const broken = { seq: 2, type: "stdout", bytes: 7 } as never;
    const events = [1, 3, 4].map(
      (seq) => ({ seq, type: "stdout", bytes: Buffer.of(seq) }) as const,
    );
    await store.write([
      session(),
      execution("e"),
      { type: "events", sessionId: "s", executionId: "e", events: [broken, ...events] },
    ]);
    const read = await store.events("s", "e", { after: 0, limit: 2 });
    expect(read.map(({ seq }) => seq)).toEqual([1, 3]);
  });

  it.each(["executions", "order", "ended", "keys", "events"])(
    "changes nothing of a session where something else stands in the place of its %s [D32]",
    async (kind) => {
      await using store = await RedisStore.open(server.url);
      await store.write([session(), session("t")]);
      await cli("SET", `holdfast:${kind}:s`, "x");
      const before = await keys();
      const refused = {
        code: "store_invalid",
        message: expect.stringContaining(`holdfast:${kind}:s`),
      };
      await expect(
        store.write([execution("a", "t"), execution("b"), output("b", 1)]),
      ).rejects.toMatchObject(refused);
      await expect(store.claim(buildStoredExecution())).rejects.toMatchObject(refused);
      expect(await keys()).toEqual(before);
      await store.write([execution("a", "t")]);
      await store.prune({ tombstonesBefore: 0, executionsBefore: Infinity, maxExecutions: 0 });
      expect((await store.executions("t", { limit: 1 })).records).toEqual([]);
      const tombstone = {
        version: 1,
        sessionId: "s",
        reason: "closed",
        owner: null,
        at: 1,
      } as const;
      await store.write([{ type: "session_gone", tombstone }, session(), execution("b")]);
      expect((await store.executions("s", { limit: 9 })).records).toHaveLength(1);
    },
  );

  it("refuses one of a later version, and changes nothing", async () => {
    await (await RedisStore.open(server.url)).close();
    await cli("SET", "holdfast:format", "9");
    const before = await cli("GET", "holdfast:fence");
    await expect(RedisStore.open(server.url)).rejects.toMatchObject({
      code: "store_invalid",
      message: expect.stringContaining("another version (received 9, allowed 1)"),
    });
    expect(await cli("GET", "holdfast:fence")).toBe(before);
  });

  it("leaves no key behind of what is gone [R2.7]", async () => {
    await using store = await RedisStore.open(server.url);
    await store.write([
      session(),
      execution("a", "s", "key"),
      output("a", 1, 2 ** 40),
      execution("b"),
    ]);
    await store.claim(buildStoredExecution({ id: "c" }));
    await store.write([{ type: "execution_gone", sessionId: "s", executionId: "a" }]);
    expect(await cli("EXISTS", "holdfast:events:s", "holdfast:keys:s")).toBe("0");
    const tombstone = { version: 1, sessionId: "s", reason: "closed", owner: null, at: 1 } as const;
    await store.write([{ type: "session_gone", tombstone }]);
    await store.prune({ tombstonesBefore: 2, executionsBefore: 0, maxExecutions: 9 });
    expect(await keys()).toEqual(["holdfast:fence", "holdfast:format", "holdfast:number"]);
  });

  it("prunes more than fits into one go", async () => {
    await using store = await RedisStore.open(server.url);
    const ids = Array.from({ length: 120 }, (_, index) => `s${index}`);
    await store.write(ids.map((id) => session(id)));
    await store.write(Array.from({ length: 2_500 }, (_, index) => execution(`e${index}`, "s7")));
    await store.write(ids.map((id) => execution("x", id)));
    const history = async (id: string, limit = 5_000) =>
      (await store.executions(id, { limit })).records.map(({ record }) => record.id);
    await store.prune({ tombstonesBefore: 0, executionsBefore: 0, maxExecutions: 1 });
    expect([await history("s7"), await history("s119")]).toEqual([["x"], ["x"]]);
    await store.prune({ tombstonesBefore: 0, executionsBefore: Infinity, maxExecutions: 1 });
    expect([await history("s7"), await history("s119")]).toEqual([[], []]);
  });

  it("goes on when somebody has flushed its scripts, or all there is", async () => {
    await using store = await RedisStore.open(server.url);
    await store.write([session()]);
    await cli("SCRIPT", "FLUSH");
    await store.write([execution("a")]);
    await cli("FLUSHALL");
    await expect(store.write([execution("b")])).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("it has lost what it had"),
    });
    await store.write([execution("b")]);
    expect((await store.executions("s", { limit: 9 })).records).toHaveLength(1);
  });

  it("puts its sessions into a Redis that was emptied, but for those that something stands in the way of", async () => {
    await using store = await RedisStore.open(server.url);
    await store.write(Array.from({ length: 120 }, (_, index) => session(`s${index}`)));
    await cli("FLUSHALL");
    await cli("SET", "holdfast:executions:s7", "x");
    await expect(store.write([session("t")])).rejects.toMatchObject({ code: "store_unavailable" });
    const { records } = await store.sessions();
    expect(records).toHaveLength(119);
    expect(records.map(({ id }) => id)).not.toContain("s7");
    await expect(store.write([session("s7")])).rejects.toMatchObject({ code: "store_invalid" });
  });

  it("has it after the end of Redis where that keeps it on a disk", async () => {
    await using own = await startRedis(["--appendonly", "yes", "--appendfsync", "always"]);
    const store = await RedisStore.open(own.url);
    await store.write([session(), execution("a"), output("a", 1)]);
    await store.claim(
      buildStoredExecution({ id: "c" }, { idempotency: { key: "k", bodyHash: "h" } }),
    );
    await store.close();
    await own.kill();
    await own.start();
    await using again = await RedisStore.open(own.url);
    expect(
      (await again.executions("s", { limit: 9 })).records.map(({ record }) => record.id),
    ).toEqual(["c", "a"]);
    expect(await again.lastSeq("s", "a")).toBe(1);
  });

  it("reaches it by a socket of the file system, and in another database", async () => {
    await using own = await startRedis(["--unixsocket", "redis.sock"]);
    const path = join(own.folder, "redis.sock");
    await using store = await RedisStore.open(`unix://${path}?db=5`);
    await store.write([session()]);
    expect(store.address).toBe(`unix://${path}?db=5`);
    const socket = connect(path);
    socket.write("SELECT 5\r\nEXISTS holdfast:session:s\r\n");
    let text = "";
    for await (const chunk of socket) if ((text += String(chunk)).includes(":")) break;
    expect(text).toBe("+OK\r\n:1\r\n");
  });

  it.skipIf(!has("openssl"))("reaches it by TLS, and trusts nobody by itself", async () => {
    using folder = temporaryFolder("redis-tls");
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder.path, name)) as [
      string,
      string,
    ];
    const request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost";
    const names = ["-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", key, "-out", cert];
    const made = await runCommand("openssl", [...request.split(" "), ...names, ...files], {
      env: process.env,
    });
    expect(made.code, made.stderr).toBe(0);
    const port = await freePort();
    const settings = `--tls-port ${port} --tls-auth-clients no --tls-cert-file ${cert} --tls-key-file ${key} --tls-ca-cert-file ${cert}`;
    await using own = await startRedis(settings.split(" "));
    expect(own.port).not.toBe(port);
    const address = `rediss://localhost:${port}`;
    await expect(RedisStore.open(address)).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("self-signed certificate"),
    });
    await using store = await RedisStore.open(address, { tls: { ca: readFileSync(cert) } });
    await store.write([session()]);
    expect((await store.sessions()).records).toHaveLength(1);
  });

  it("needs no more rights than are documented", async () => {
    const rights = ["~holdfast:*", "+@read", "+@write", "+@scripting", "+@connection", "+time"];
    await cli("ACL", "SETUSER", "holdfast", "on", ">secret", ...rights);
    await using store = await RedisStore.open(server.url, {
      username: "holdfast",
      password: "secret",
      ttlMs: 60_000,
    });
    await store.write([session(), execution("a", "s", "key"), output("a", 1)]);
    await store.claim(buildStoredExecution());
    await store.prune({ tombstonesBefore: 1, executionsBefore: 0, maxExecutions: 0 });
    expect((await store.unfinished()).records).toHaveLength(1);
    await using foreign = await RedisStore.open(server.url);
    await cli("ACL", "SETUSER", "holdfast", "-@write");
    await foreign.write([session("t")]);
    await expect(
      RedisStore.open(server.url, { username: "holdfast", password: "secret" }),
    ).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("can't run this command"),
    });
  });

  it.each([
    [{ prefix: "" }, /prefix: received "", allowed 1 to 200/],
    [{ timeoutMs: 0 }, /timeoutMs: received 0/],
    [{ ttlMs: 999 }, /ttlMs: received 999, allowed null, or 1000/],
  ])("refuses %o", async (options, message) => {
    await expect(RedisStore.open(server.url, options)).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringMatching(message),
    });
  });

  it("a process that is done does not stay for its sake", async () => {
    const script = `const { RedisStore } = await import(${JSON.stringify(import.meta.resolve("@holdfast/store-redis"))});
      const store = await RedisStore.open(${JSON.stringify(server.url)}, { ttlMs: 5000 });
      console.log((await store.sessions()).records.length);`;
    const { code, stdout, stderr } = await runCommand(
      process.execPath,
      ["--input-type=module", "-e", script],
      { env: process.env },
    );
    expect([code, stdout, stderr]).toEqual([0, "0\n", ""]);
  });
});
