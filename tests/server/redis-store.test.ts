import { temporaryFolder } from "@holdfast/harness";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startServer } from "../support/live-server.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { has } from "../support/requires.ts";
import { ApiClient } from "./api-client.ts";

describe.skipIf(!has("redis-server"))("a server with HOLDFAST_STORE [R6.2] [S4-13]", () => {
  let redis: RedisServer;
  beforeEach(async () => void (redis = await startRedis()));
  afterEach(() => redis[Symbol.asyncDispose]());

  /** A server on a data folder of its own, as on another machine. */
  const serve = async (env: Readonly<Record<string, string>> = {}) => {
    const server = await startServer({ env: { HOLDFAST_STORE: redis.url, ...env } });
    return Object.assign(server, { api: new ApiClient(server.url) });
  };
  type Server = Awaited<ReturnType<typeof serve>>;
  const path = (session: string, more = "") => `/v1/sessions/${session}${more}`;
  const run = async ({ api }: Server, id: string, code: string, key: string) =>
    api.request("POST", path(id, "/executions"), {
      body: { code },
      headers: { "idempotency-key": key },
    });
  const readiness = async ({ api }: Server) => (await api.get("/readyz")).json;

  it("has the sessions of one that was ended by kill -9, on whichever machine [F04] [S2-24]", async () => {
    const first = await serve();
    const { id } = await first.api.session("bash", { labels: { a: "b" } });
    const ran = (await run(first, id, "echo kept", "k")).json;
    expect(ran).toMatchObject({ status: "ok", stdout: "kept\n" });
    await first.end("SIGKILL");
    await using second = await serve();
    expect((await second.api.get(path(id))).json).toMatchObject({
      state: "lost",
      labels: { a: "b" },
    });
    expect((await run(second, id, "echo kept", "k")).json).toEqual(ran);
    expect(await second.api.execute(id, "echo on")).toMatchObject({ status: "ok", stdout: "on\n" });
  });

  it("a session goes on from its checkpoint where that is, and is told elsewhere that it is not [R7.3] [R7.2]", async () => {
    using folder = temporaryFolder("redis-store");
    const onSameFolder = { HOLDFAST_DATA_DIR: folder.path };
    const first = await serve(onSameFolder);
    const { id } = await first.api.session("bash");
    await first.api.execute(id, "x=41");
    expect((await first.api.post(path(id, "/checkpoints"), {})).status).toBe(201);
    await first.api.session("bash"); // what came before is stored
    await first.end("SIGKILL");

    const elsewhere = await serve();
    expect(await elsewhere.api.execute(id, "echo [$x]")).toMatchObject({
      status: "lost",
      error: { name: "checkpoint_not_found" },
    });
    await elsewhere.end("SIGKILL");

    await using third = await serve(onSameFolder);
    expect(await third.api.execute(id, "echo [$x]")).toMatchObject({ stdout: "[41]\n" });
    expect((await third.api.post(path(id, "/restart"))).status).toBe(200);
    expect(await third.api.execute(id, "echo [$x]")).toMatchObject({ stdout: "[]\n" });
  });

  it("makes one connection for many first requests [D37]", async () => {
    await using server = await serve();
    const before = Number(
      (await redis.cli("INFO", "stats")).match(/total_connections_received:(\d+)/)?.[1],
    );
    await redis.cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.api.session("bash")));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(50);
    await expect.poll(() => readiness(server)).toMatchObject({ persistence: "ok" });
    const after = Number(
      (await redis.cli("INFO", "stats")).match(/total_connections_received:(\d+)/)?.[1],
    );
    // Ours, and those of redis-cli: two.
    expect(after - before).toBe(3);
  });

  it("goes on without it, refuses what it could not promise, and tells when it is back [S4-16]", async () => {
    await using server = await serve();
    const { id } = await server.api.session("bash");
    await redis.kill();
    expect(await server.api.execute(id, "echo on")).toMatchObject({ status: "ok", stdout: "on\n" });
    const refused = await run(server, id, "echo keyed", "k");
    expect(refused).toMatchObject({ status: 503, json: { code: "store_unavailable" } });
    await expect.poll(() => readiness(server)).toMatchObject({ persistence: "degraded" });
    await redis.start();
    await expect
      .poll(() => readiness(server), { timeout: 10_000 })
      .toMatchObject({ persistence: "ok" });
    expect(await run(server, id, "echo keyed", "k")).toMatchObject({ json: { stdout: "keyed\n" } });
  });

  it("stores nothing any more when a newer one has its prefix, and says so [D40]", async () => {
    await using older = await serve();
    const { id } = await older.api.session("bash");
    await using newer = await serve();
    await using other = await serve({ HOLDFAST_STORE_PREFIX: "other:" });
    expect((await run(older, id, "echo keyed", "k")).status).toBe(503);
    expect(await older.api.execute(id, "echo on")).toMatchObject({ stdout: "on\n" });
    await expect.poll(() => readiness(older)).toMatchObject({ persistence: "degraded" });
    await expect.poll(() => older.log).toContain("another host has opened it since");
    expect((await run(newer, id, "echo mine", "k")).json).toMatchObject({ stdout: "mine\n" });
    expect((await other.api.get(path(id))).status).toBe(404);
  });

  it("ends with a sentence where it is not there, or not allowed, and never with the password", async () => {
    const address = redis.url.replace("//", "//:secret@");
    await redis.kill();
    const refusals = [
      [{ HOLDFAST_STORE: address }, `store ${redis.url}: connect ECONNREFUSED`],
      [{ HOLDFAST_STORE: address, HOLDFAST_MEMORY: "1" }, "received both"],
      [{ HOLDFAST_STORE: address, HOLDFAST_STORE_TTL: "soon" }, 'received "soon"'],
      [{ HOLDFAST_STORE: "mysql://:secret@host" }, "received mysql:, allowed redis://"],
    ] as const;
    for (const [env, text] of refusals) {
      const error = await serve(env).then(
        () => "",
        (one: unknown) => String(one),
      );
      expect(error).toContain(text);
      expect(error).not.toContain("secret");
    }
  });

  it("keeps its time to live, and tells sessions nothing of it", async () => {
    const env = { HOLDFAST_STORE: redis.url, HOLDFAST_STORE_TTL: "3600" };
    await using server = await serve(env);
    const { id } = await server.api.session("bash");
    expect(Number(await redis.cli("TTL", `holdfast:session:${id}`))).toBeGreaterThan(3_000);
    expect(await server.api.execute(id, "env | grep HOLDFAST_STORE")).toMatchObject({ stdout: "" });
  });
});
