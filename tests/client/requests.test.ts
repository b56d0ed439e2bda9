import { ConnectionError, HoldfastApiError, createClient, isApiError } from "@holdfast/client";
import { stopClock } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { breakableProxy } from "../support/breakable-proxy.ts";
import { testClient } from "./test-client.ts";

let server: TestServer;
beforeAll(async () => void (server = await testServer({ token: "secret" }, { maxSessions: 3 })));
afterAll(() => server[Symbol.asyncDispose]());

const token = "secret";

/** A client whose answers are these, one after the other, and what it was asked. */
function scripted(answers: readonly (() => Response)[], retry = {}) {
  const requests: Request[] = [];
  const client = createClient({
    retry: { minDelayMs: 1, maxDelayMs: 2, ...retry },
    fetch: (request) => {
      const answer = answers[requests.push(request) - 1];
      if (answer === undefined) throw new TypeError("no more answers");
      return answer();
    },
  });
  return { client, requests };
}

const problem = (status: number, code: string, headers = {}) =>
  Response.json(
    { code, detail: "why", status, type: "t", title: "t", limit: 3 },
    { status, headers: { "content-type": "application/problem+json", ...headers } },
  );
const healthy = () => Response.json({ status: "ok" });
const broken = (): never => {
  throw new TypeError("fetch failed");
};

describe("createClient()", () => {
  it("sends its token, also one that is asked for each time, and headers", async () => {
    await expect(testClient(server.port).runtimes()).rejects.toMatchObject({
      code: "unauthorized",
      status: 401,
    });
    let asked = 0;
    const client = testClient(server.port, {
      token: async () => {
        asked++;
        return token;
      },
    });
    expect((await client.runtimes()).length).toBeGreaterThan(0);
    await client.runtimes();
    expect(asked).toBe(2);
  });

  it("keeps the path of its baseUrl, and encodes what it is given", async () => {
    const urls: string[] = [];
    const client = createClient({
      baseUrl: "http://localhost:1/prefix/",
      headers: { "x-mine": "yes" },
      fetch: (request) => {
        urls.push(request.url, request.headers.get("x-mine") ?? "");
        return healthy();
      },
    });
    await client.sessions.get("../a b?c#d");
    expect(urls).toEqual(["http://localhost:1/prefix/v1/sessions/..%2Fa%20b%3Fc%23d", "yes"]);
    expect(() => createClient({ baseUrl: "nowhere" })).toThrow(TypeError);
  });
});

describe("a request", () => {
  it.each([
    ["a broken connection", broken],
    ["503", () => problem(503, "shutting_down")],
    ["429", () => problem(429, "queue_full", { "retry-after": "0" })],
    ["a body that breaks off", () => new Response("{", { status: 200 })],
  ])("that reads is tried again after %s", async (_, failure) => {
    const { client, requests } = scripted([failure, failure, healthy]);
    expect(await client.health()).toEqual({ status: "ok" });
    expect(requests).toHaveLength(3);
  });

  it("is tried as often as it is told, and then fails with the last error", async () => {
    const { client, requests } = scripted([broken, broken, broken], { requests: 2 });
    const error = await client.health().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      message:
        "GET /healthz: no whole answer from the server at http://127.0.0.1:4650: is the server running? Start one with: holdfast serve",
      cause: expect.any(TypeError) as TypeError,
    });
    expect(requests).toHaveLength(3);
  });

  it("that is not safe to repeat is sent once", async () => {
    const { client, requests } = scripted([broken, healthy]);
    await expect(client.session("a").restart()).rejects.toBeInstanceOf(ConnectionError);
    await expect(
      scripted([broken, healthy]).client.session("a").execution("b").input("x"),
    ).rejects.toBeInstanceOf(ConnectionError);
    expect(requests).toHaveLength(1);
  });

  it("that is refused for good is not tried again", async () => {
    const { client, requests } = scripted([() => problem(404, "session_not_found"), healthy]);
    const error = await client.sessions.get("a").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HoldfastApiError);
    expect(error).toMatchObject({
      code: "session_not_found",
      message: "[session_not_found] why",
      details: { limit: 3 },
    });
    expect(requests).toHaveLength(1);
  });

  it("waits as long as Retry-After says", async () => {
    using clock = stopClock();
    const { client, requests } = scripted([
      () => problem(503, "shutting_down", { "retry-after": "7" }),
      healthy,
    ]);
    const health = client.health();
    await clock.advance(6_999);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(await health).toEqual({ status: "ok" });
  });

  it("does not wait for longer than a minute", async () => {
    const { client } = scripted([() => problem(503, "shutting_down", { "retry-after": "61" })]);
    await expect(client.health()).rejects.toMatchObject({ retryAfterMs: 61_000 });
  });

  it("says what came when it is not of a Holdfast server", async () => {
    const { client } = scripted([() => new Response("<h1>Not here</h1>", { status: 404 })]);
    const error = await client.health().catch((thrown: unknown) => thrown);
    expect(isApiError(error, "unknown")).toBe(true);
    expect(error).toMatchObject({
      message: expect.stringContaining("<h1>Not here</h1>") as string,
    });
  });

  it("ends with its signal, also while it waits to be tried again", async () => {
    const { client } = scripted([broken], { minDelayMs: 1_000_000, maxDelayMs: 1_000_000 });
    const leaving = new AbortController();
    const health = client.health({ signal: leaving.signal });
    leaving.abort(new Error("enough"));
    await expect(health).rejects.toThrow("enough");
    await expect(client.health({ signal: AbortSignal.timeout(1) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });

  it("to delete that was carried out, but whose answer was lost, has succeeded", async () => {
    const { client } = scripted([broken, () => problem(410, "session_closed")]);
    await client.session("a").delete();
  });
});

describe("Sessions.create()", () => {
  it("makes one session though its answer breaks off", async () => {
    let connection = 0;
    await using proxy = await breakableProxy(server.port, {
      breakAfterBytes: () => (connection++ === 0 ? 0 : Infinity),
    });
    await using session = await testClient(proxy.port, { token }).sessions.create({
      runtime: "bash",
    });
    const client = testClient(server.port, { token });
    const { items } = await client.sessions.list().page();
    expect(items.map(({ id }) => id)).toEqual([session.id]);
  });

  it("refuses an id that is taken, and more sessions than there may be", async () => {
    const client = testClient(server.port, { token, retry: { requests: 0 } });
    await using one = await client.sessions.create({ runtime: "bash", id: "mine" });
    expect(one.id).toBe("mine");
    await expect(client.sessions.create({ runtime: "bash", id: "mine" })).rejects.toMatchObject({
      code: "session_exists",
    });
    await using two = await client.sessions.create({ runtime: "bash" });
    await using three = await client.sessions.create({ runtime: "bash" });
    await expect(client.sessions.create({ runtime: "bash" })).rejects.toMatchObject({
      code: "too_many_sessions",
      retryAfterMs: 1000,
    });
    const ids: string[] = [];
    for await (const { id } of client.sessions.list({ limit: 2 })) ids.push(id);
    expect(ids.toSorted()).toEqual([one.id, two.id, three.id].toSorted());
  });

  it("gives a handle that is content with a session that is gone already", async () => {
    const client = testClient(server.port, { token });
    await using session = await client.sessions.create({ runtime: "bash" });
    await session.delete();
    await expect(session.delete()).rejects.toMatchObject({ code: "session_closed" });
  });
});
