import { randomBytes } from "node:crypto";
import type { TokenOptions } from "@holdfast/server";
import { eventually } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { ChannelClient } from "../../support/channel-client.ts";
import { testServer } from "../test-server.ts";

const token = randomBytes(16).toString("hex");
const headers = { authorization: `Bearer ${token}` };

async function limited(limits: Partial<TokenOptions>, options = {}) {
  const other = randomBytes(16).toString("hex");
  const server = await testServer({
    tokens: [
      { name: "limited", token, ...limits },
      { name: "other", token: other },
    ],
    ...options,
  });
  const send = (method: string, path: string, body?: unknown, as = token) =>
    server.api.request(method, path, {
      headers: { authorization: `Bearer ${as}` },
      ...(body === undefined ? {} : { body }),
    });
  return { server, send, other, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe("a token's limits", () => {
  it("of requests: 429 with Retry-After, for that token alone, health excepted [A68]", async () => {
    await using test = await limited({ requestsPerMinute: 3 });
    for (let i = 0; i < 3; i++) expect((await test.send("GET", "/v1/sessions")).status).toBe(200);
    const { status, json, headers: answer } = await test.send("GET", "/v1/sessions");
    expect([status, json]).toMatchObject([429, { code: "rate_limited", status: 429 }]);
    const seconds = Number(answer["retry-after"]);
    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThanOrEqual(20);
    expect((await test.send("GET", "/v1/sessions", undefined, test.other)).status).toBe(200);
    expect((await test.server.api.get("/healthz")).status).toBe(200);
  });

  it("of sessions, in a storm of creates too: never one more, and room again after a delete [A68]", async () => {
    await using test = await limited({ maxSessions: 3 });
    const create = () => test.send("POST", "/v1/sessions", { runtime: "bash" });
    const answers = await Promise.all(Array.from({ length: 40 }, create));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(3);
    for (const { status, json, headers: answer } of answers.filter((one) => !made.includes(one))) {
      expect([status, json]).toMatchObject([429, { code: "too_many_sessions", limit: 3 }]);
      expect(answer["retry-after"]).toMatch(/^\d+$/);
    }
    const [{ id } = { id: "" }] = made.map(({ json }) => json as { id: string });
    const fork = await test.send("POST", `/v1/sessions/${id}/fork`, { count: 1 });
    expect(fork.json).toMatchObject({ code: "too_many_sessions" });
    const run = await test.send("POST", "/v1/run", { runtime: "bash", code: ":" });
    expect(run.json).toMatchObject({ code: "too_many_sessions" });
    const others = await test.send("POST", "/v1/sessions", { runtime: "bash" }, test.other);
    expect(others.status).toBe(201);
    await test.send("DELETE", `/v1/sessions/${id}`);
    expect((await create()).status).toBe(201);
  });

  it("of executions: those that wait and run in the background count, and what has ended does not [A68]", async () => {
    await using test = await limited({ maxConcurrentExecutions: 2 });
    const { json } = await test.send("POST", "/v1/sessions", { runtime: "bash" });
    const path = `/v1/sessions/${(json as { id: string }).id}/executions`;
    const background = await test.send("POST", path, { code: "sleep 1000", background: true });
    expect(background.status).toBe(202);
    const stream = await test.server.api.stream("POST", path, {
      headers,
      body: { code: "sleep 1000" },
    });
    await stream.until("started");
    for (const [route, body] of [
      [path, { code: ":" }],
      [path, { code: ":", background: true }],
      ["/v1/run", { runtime: "bash", code: ":" }],
    ] as const) {
      const { status, json: problem } = await test.send("POST", route, body);
      expect([status, problem]).toMatchObject([429, { code: "too_many_executions", limit: 2 }]);
    }
    const { id } = background.json as { id: string };
    await test.send("POST", `${path}/${id}/kill`);
    await eventually(
      async () => (await test.send("POST", path, { code: ":", background: true })).status === 202,
      { what: "room for an execution" },
    );
    await test.send("POST", `${path}/${stream.executionId}/interrupt`);
    await stream.rest();
  });
});

it("a token's limit of executions holds over the channel of a session too [A68]", async () => {
  await using test = await limited({ maxConcurrentExecutions: 1 });
  const { json } = await test.send("POST", "/v1/sessions", { runtime: "bash" });
  const { id } = json as { id: string };
  const { url } = test.server.api;
  await using client = await ChannelClient.open(url, id, { headers });
  const running = client.execute("one", "read -r", { allowInput: true });
  await client.until(({ type }) => type === "started");
  client.send({ type: "execute", executionId: "two", code: ":" });
  const refused = await client.until(({ type }) => type === "refused");
  expect(refused).toMatchObject({ requestId: "two", code: "too_many_executions" });
  expect((await test.send("POST", `/v1/sessions/${id}/executions`, { code: ":" })).status).toBe(
    429,
  );
  client.send({ type: "input_reply", requestId: "one", data: null });
  expect((await running).at(-1)).toMatchObject({ type: "completed" });
});

it("a token's limit of requests holds over the channel of a session too, message by message [A68]", async () => {
  await using test = await limited({ requestsPerMinute: 5 });
  const { json } = await test.send("POST", "/v1/sessions", { runtime: "bash" });
  const { id } = json as { id: string };
  const { url } = test.server.api;
  // The handshake is one, hello is none: three are left.
  await using client = await ChannelClient.open(url, id, { headers });
  for (const requestId of ["1", "2", "3"])
    expect(await client.ask({ type: "ping", requestId })).toMatchObject({ type: "heartbeat" });
  for (const [message, requestId] of [
    [{ type: "ping", requestId: "4" }, "4"],
    [{ type: "execute", executionId: "x", code: ":" }, "x"],
    [{ type: "interrupt", executionId: "i" }, "i"],
    [{ type: "input_reply", requestId: "r", data: "" }, "r"],
  ] as const) {
    client.send(message);
    const refused = await client.until((one) => "requestId" in one && one.requestId === requestId);
    expect(refused).toMatchObject({ type: "refused", code: "rate_limited" });
  }
  expect(test.server.host.get(id).session.executionCount).toBe(0);
  expect((await test.send("GET", "/v1/sessions")).status).toBe(429);
  client.send({ type: "hello", protocolVersion: 1 });
  expect(await client.closed).toEqual({ code: 1013, reason: "rate_limited" });
});

it("a token's limit of open requests holds for all kinds of them, and leaves room for others [A62] [A68]", async () => {
  await using test = await limited({ maxOpenRequests: 3 });
  const { json } = await test.send("POST", "/v1/sessions", { runtime: "bash" });
  const { id } = json as { id: string };
  const { api } = test.server;
  const path = `/v1/sessions/${id}/executions`;
  const client = await ChannelClient.open(api.url, id, { headers });
  const stream = await api.stream("POST", path, { headers, body: { code: "sleep 1000" } });
  await stream.until("started");
  const waiting = test.send("POST", path, { code: "echo last" });
  await eventually(() => test.server.host.get(id).session.executionCount === 2, {
    what: "what waits",
  });
  const { status, json: problem, headers: answer } = await test.send("GET", "/v1/sessions");
  expect([status, problem]).toMatchObject([429, { code: "rate_limited", limit: 3, received: 4 }]);
  expect(answer["retry-after"]).toBe("1");
  const upgrade = { ...headers, connection: "Upgrade", upgrade: "websocket" };
  const channel = await api.request("GET", `/v1/sessions/${id}/channel`, { headers: upgrade });
  expect(channel.status).toBe(429);
  expect((await test.send("GET", "/v1/sessions", undefined, test.other)).status).toBe(200);
  expect((await api.get("/healthz")).status).toBe(200);
  await client[Symbol.asyncDispose]();
  await eventually(async () => (await test.send("GET", "/v1/sessions")).status === 200, {
    what: "room for a request",
  });
  stream.cut();
  test.server.host.get(id).session.interrupt();
  expect((await waiting).json).toMatchObject({ stdout: "last\n" });
});

describe("wrong tokens", () => {
  it("are 429 past a limit, and so is a right one that did not come from there before [A50]", async () => {
    await using test = await limited({}, { wrongTokensPerMinute: 5 });
    const wrong = () => test.send("GET", "/v1/sessions", undefined, "wrong");
    expect((await test.send("GET", "/v1/sessions")).status).toBe(200);
    for (let i = 0; i < 5; i++) expect((await wrong()).status).toBe(401);
    const refused = await wrong();
    expect([refused.status, refused.json]).toMatchObject([429, { code: "rate_limited" }]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    const right = await test.send("GET", "/v1/sessions", undefined, test.other);
    expect(right.status).toBe(429);
    expect((await test.send("GET", "/v1/sessions")).status).toBe(200);
    expect((await test.server.api.get("/healthz")).status).toBe(200);
  });

  it("none at all is no guess: a page that asks for the token locks nobody out", async () => {
    await using test = await limited({}, { wrongTokensPerMinute: 1 });
    for (let i = 0; i < 20; i++) {
      expect((await test.server.api.get("/v1/sessions")).status).toBe(401);
      expect((await test.server.api.get("/")).status).toBe(200);
    }
    expect((await test.send("GET", "/v1/sessions")).status).toBe(200);
  });
});

describe("requests that stay open", () => {
  it("are bounded: one more is 503 with Retry-After, and health is answered [A62]", async () => {
    await using server = await testServer({ maxOpenRequests: 3 });
    const { id } = await server.api.session("bash");
    const streams = await Promise.all(
      [1, 2, 3].map(() => server.api.follow(id, "echo on; sleep 1000")),
    );
    await streams[0]?.until("stdout");
    const { status, json, headers: answer } = await server.api.get("/v1/sessions");
    expect([status, json]).toMatchObject([503, { code: "overloaded", limit: 3 }]);
    expect(answer["retry-after"]).toMatch(/^\d+$/);
    for (const path of ["/healthz", "/readyz"])
      expect((await server.api.get(path)).status).toBe(200);
    streams[2]?.cut();
    await eventually(async () => (await server.api.get("/v1/sessions")).status === 200, {
      what: "room for a request",
    });
  });
});

describe("the server's own limit of sessions", () => {
  it("holds in a storm of creates: 429 with Retry-After, and no session too many [A68]", async () => {
    await using server = await testServer({}, { maxSessions: 4 });
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => server.api.post("/v1/sessions", { runtime: "bash" })),
    );
    const count = (status: number) => answers.filter((one) => one.status === status).length;
    expect([count(201), count(429)]).toEqual([4, 56]);
    for (const { status, headers: answer } of answers)
      expect(answer["retry-after"] !== undefined).toBe(status === 429);
    expect((await server.api.get("/healthz")).json).toMatchObject({ sessions: 4 });
  });
});
