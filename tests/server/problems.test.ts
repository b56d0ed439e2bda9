import { FakeRuntime } from "@holdfast/harness";
import { HoldfastError, Host, errorCodes } from "@holdfast/core";
import { createApp } from "@holdfast/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { rawExchange } from "./api-client.ts";
import { MoodyStore } from "../support/moody-store.ts";
import { type TestServer, testServer } from "./test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ maxBodyBytes: 100_000 });
  await server.api.session("bash", { id: "s" });
});
afterAll(() => server[Symbol.asyncDispose]());

const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string().min(1),
  status: z.int(),
  code: z.string(),
  detail: z.string().min(1),
  issues: z.array(z.unknown()).optional(),
});

async function problem(
  method: string,
  path: string,
  options: Parameters<TestServer["api"]["request"]>[2] = {},
) {
  const { status, headers, json } = await server.api.request(method, path, options);
  expect(headers["content-type"]).toBe("application/problem+json");
  const body = problemSchema.parse(json);
  expect(body.status).toBe(status);
  expect(body.type).toBe(`urn:holdfast:error:${body.code}`);
  return { ...body, headers };
}

const executions = "/v1/sessions/s/executions";

describe("what a request gets wrong", () => {
  it.each([
    ["a missing field", executions, {}, "code", "nothing"],
    ["a field of another type", executions, { code: 1 }, "code", "1"],
    ["a timeout of 0 [A70]", executions, { code: ":", timeoutMs: 0 }, "timeoutMs", "0"],
    ["a timeout of -1 [A70]", executions, { code: ":", timeoutMs: -1 }, "timeoutMs", "-1"],
    [
      "a timeout of 1e308 [A70]",
      executions,
      { code: ":", timeoutMs: 1e308 },
      "timeoutMs",
      "1e+308",
    ],
    ['a timeout of "x" [A70]', executions, { code: ":", timeoutMs: "x" }, "timeoutMs", '"x"'],
    ["an id with a slash [A33]", "/v1/sessions", { runtime: "bash", id: "../x" }, "id", '"../x"'],
    ["an empty id", "/v1/sessions", { runtime: "bash", id: "" }, "id", '""'],
    ["a runtime that is no text", "/v1/sessions", { runtime: ["bash"] }, "runtime", '["bash"]'],
    [
      "an idle timeout of 0 [A70]",
      "/v1/sessions",
      { runtime: "bash", idleTimeoutMs: 0 },
      "idleTimeoutMs",
      "0",
    ],
    ["a NUL in a directory", executions, { code: ":", cwd: "/\0" }, "cwd", '"/\\u0000"'],
    [
      "a signal that there is not",
      `${executions}/x/kill`,
      { signal: "SIGFOO" },
      "signal",
      '"SIGFOO"',
    ],
  ])("%s is 400, named with what was received", async (_name, path, body, field, received) => {
    const answer = await problem("POST", path, { body });
    expect(answer).toMatchObject({ status: 400, code: "invalid_request" });
    expect(answer.detail).toContain(`field ${field}: `);
    expect(answer.detail).toContain(`received ${received}`);
    expect(answer.issues).toMatchObject([{ path: field, received }]);
  });

  it.each([
    ["no JSON", '{"code":'],
    ["NaN [A70]", '{"code":":","timeoutMs":NaN}'],
    ["nothing", ""],
    ["a list", "[]"],
    ["null", "null"],
  ])("a body that is %s is 400", async (_name, rawBody) => {
    expect(await problem("POST", executions, { rawBody })).toMatchObject({
      status: 400,
      code: "invalid_request",
    });
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/jsonx",
  ])("a body of type %s is 400: a web page could send it without asking [A53]", async (type) => {
    const answer = await problem("POST", executions, {
      rawBody: '{"code":":"}',
      headers: { "content-type": type },
    });
    expect(answer).toMatchObject({ status: 400, code: "invalid_request" });
    expect(answer.detail).toContain("application/json");
  });

  it("queries name what is allowed", async () => {
    const answer = await problem("GET", `${executions}?encoding=hex`);
    expect(answer.detail).toContain('"text"|"base64"');
    expect((await problem("GET", "/v1/sessions?limit=0")).code).toBe("invalid_request");
    expect((await problem("GET", "/v1/sessions?state=happy")).detail).toContain("busy");
    expect((await problem("GET", `${executions}/x/events?after=-1`)).code).toBe("invalid_request");
  });

  it("a Last-Event-ID that is no number is 400", async () => {
    const { json } = await server.api.post(executions, { code: ":" });
    const { id } = json as { id: string };
    const headers = { "last-event-id": "abc" };
    expect(await problem("GET", `${executions}/${id}/events`, { headers })).toMatchObject({
      status: 400,
    });
  });
});

describe("what is not there", () => {
  it.each([
    ["/v1/nothing", "not_found"],
    ["/v1/sessions/s/split", "not_found"],
    ["/v1/sessions/none/executions", "session_not_found"],
    ["/v1/sessions/%2e%2e/executions", "not_found"],
    ["/v1/sessions/..%2f..%2fetc/executions", "session_not_found"],
    ["/v1/sessions/none/interrupt", "session_not_found"],
    [`${executions}/none/kill`, "execution_not_found"],
  ])("POST %s is 404 %s", async (path, code) => {
    expect(await problem("POST", path, { body: { code: ":" } })).toMatchObject({
      status: 404,
      code,
    });
  });

  it.each([
    ["PUT", "/v1/sessions", "GET, HEAD, POST"],
    ["DELETE", executions, "GET, HEAD, POST"],
    ["GET", "/v1/run", "POST"],
    ["OPTIONS", "/v1/sessions/s", "DELETE, GET, HEAD, PATCH"],
    ["POST", "/healthz", "GET, HEAD"],
  ])("%s %s is 405 and says what is allowed", async (method, path, allowed) => {
    const answer = await problem(method, path);
    expect(answer).toMatchObject({ status: 405, code: "method_not_allowed" });
    expect(answer.headers.allow).toBe(allowed);
  });
});

describe("bodies over the limit [A60]", () => {
  it("are refused by their length, before they are sent", async () => {
    const answer = await rawExchange(
      server.port,
      `POST ${executions} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n`,
      /payload_too_large/,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("are refused when they come in chunks of no stated length", async () => {
    const { status, json } = await server.api.request("POST", executions, {
      rawBody: JSON.stringify({ code: `: ${"x".repeat(200_000)}` }),
      headers: { "transfer-encoding": "chunked" },
    });
    expect([status, json]).toEqual([413, expect.objectContaining({ code: "payload_too_large" })]);
  });

  it("of exactly the limit pass", async () => {
    const head = '{"code":":';
    const rawBody = `${head}${" ".repeat(100_000 - head.length - 2)}"}`;
    expect(rawBody).toHaveLength(100_000);
    expect((await server.api.request("POST", executions, { rawBody })).status).toBe(200);
  });
});

it("an error inside is a 500 that says nothing of it, and is told to onError [A67]", async () => {
  const runtime = new FakeRuntime();
  runtime.failNextStart(new Error("secret at /home/x/y.ts:3"));
  const told: unknown[] = [];
  await using host = new Host({ runtimes: [runtime] });
  const app = createApp({ host, onError: (error) => told.push(error) });
  const response = await app.request("/v1/sessions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"runtime":"fake"}',
  });
  expect(response.status).toBe(500);
  expect(await response.text()).toBe(
    '{"type":"urn:holdfast:error:internal","title":"Something went wrong here","status":500,"code":"internal","detail":"the request could not be carried out"}',
  );
  expect(told).toHaveLength(1);
});

it.each([
  ["internal", "checkpoint c: EACCES: permission denied, open '/data/holdfast/c.ckpt'"],
  ["storage_full", "checkpoint c: ENOSPC: no space left on device, open '/data/holdfast/c.ckpt'"],
  ["store_invalid", "store /data/holdfast/holdfast.db: SELECT * FROM sessions"],
] as const)(
  "an error of ours with the code %s says nothing of the inside, is told to onError as it is [A67]",
  async (code, message) => {
    const runtime = new FakeRuntime();
    const details = { path: "/data/holdfast", errno: "EACCES" };
    const error = new HoldfastError({ code, message, details, cause: new Error("why") });
    runtime.failNextStart(error);
    const told: unknown[] = [];
    await using host = new Host({ runtimes: [runtime] });
    const app = createApp({ host, onError: (one) => told.push(one) });
    const response = await app.request("/v1/sessions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"runtime":"fake"}',
    });
    expect(response.status).toBe(errorCodes[code].status);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code });
    expect(text).not.toMatch(/data|EACCES|ENOSPC|SELECT|errno/);
    expect(told).toEqual([error]);
  },
);

it("a store that fails says nothing of where it is, and is told to onError [A67]", async () => {
  const store = new MoodyStore();
  const told: unknown[] = [];
  await using host = new Host({ runtimes: [new FakeRuntime()], store });
  const app = createApp({ host, onError: (error) => told.push(error) });
  await host.create({ runtime: "fake", id: "s" });
  store.isFull = true;
  const response = await app.request("/v1/sessions/s/executions", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": "k" },
    body: '{"code":":"}',
  });
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    code: "store_unavailable",
    detail: expect.not.stringContaining("disk"),
  });
  expect(told).toMatchObject([{ message: expect.stringContaining("disk") }]);
});

it("requests that are no HTTP, or half of one, harm nobody [A57] [A61]", async () => {
  const send = async (bytes: string) => (await rawExchange(server.port, bytes)).split("\r\n")[0];
  expect(await send("HELO\r\n\r\n")).toBe("HTTP/1.1 400 Bad Request");
  expect(
    await send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ),
  ).toBe("HTTP/1.1 400 Bad Request");
  expect(
    await send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
  ).toBe("HTTP/1.1 400 Bad Request");
  expect(await send(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(100_000)}\r\n\r\n`)).toBe(
    "HTTP/1.1 431 Request Header Fields Too Large",
  );
  expect((await server.api.get("/healthz")).status).toBe(200);
});
