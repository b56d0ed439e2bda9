import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawExchange } from "../api-client.ts";
import { type TestServer, testServer } from "../test-server.ts";
import { type Operation, operationsOf, requestOf } from "./operations.ts";

const token = randomBytes(16).toString("hex");
const bearer = { authorization: `Bearer ${token}` };
const app = "https://app.example";

let open: TestServer;
let named: TestServer;
let operations: readonly Operation[];
beforeAll(async () => {
  open = await testServer();
  named = await testServer({
    token,
    allowedHosts: ["holdfast.example"],
    allowedOrigins: [app],
  });
  operations = await operationsOf(open.api);
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await named[Symbol.asyncDispose]();
});

describe("a page of somebody else", () => {
  it("whose name was made to point here is refused on every route, by every method [A52]", async () => {
    const host = `rebound.example:${open.port}`;
    const origin = `http://${host}`;
    for (const operation of operations) {
      const { status, json, headers } = await open.api.request(
        operation.method,
        operation.path({}),
        requestOf(operation, { host, origin, "sec-fetch-site": "same-origin" }),
      );
      const { method, template } = operation;
      expect([method, template, status]).toEqual([method, template, 403]);
      expect(json).toMatchObject({ code: "forbidden" });
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
    expect((await open.api.get("/v1/sessions")).json).toMatchObject({ items: [] });
  });

  it("cannot send what it may send without asking first: text, forms, nothing [A53]", async () => {
    const types = [
      "text/plain",
      "text/plain;application/json",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/json-seq",
      "application/jsonp",
      ", application/json",
      "",
    ];
    const posts = operations.filter(({ method, body }) => method === "POST" && body !== null);
    expect(posts.length).toBeGreaterThan(8);
    for (const operation of posts) {
      for (const type of types) {
        const { status, json } = await open.api.request("POST", operation.path({}), {
          headers: { "content-type": type },
          rawBody: operation.body?.text ?? "",
        });
        expect([operation.template, type, status]).toEqual([operation.template, type, 400]);
        expect(json).toMatchObject({ code: "invalid_request" });
      }
    }
    expect((await open.api.get("/v1/sessions")).json).toMatchObject({ items: [] });
  });

  it("cannot ask first either: a preflight is refused, without a CORS header [A53]", async () => {
    for (const server of [open, named]) {
      const { status, headers } = await server.api.request("OPTIONS", "/v1/sessions", {
        headers: {
          origin: "https://evil.example",
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization, content-type",
        },
      });
      expect(status).toBe(403);
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  it.each([
    ["two Host headers", "GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n"],
    ["the same Host twice", "GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n"],
    ["no Host", "GET /v1/sessions HTTP/1.1\r\n"],
    ["no Host, of old", "GET /v1/sessions HTTP/1.0\r\n"],
    ["an absolute target", "GET http://localhost/v1/sessions HTTP/1.1\r\nHost: localhost\r\n"],
    ["an absolute target elsewhere", "GET https://evil.example/ HTTP/1.1\r\nHost: localhost\r\n"],
    ["a target of two slashes", "GET //evil.example/v1/sessions HTTP/1.1\r\nHost: localhost\r\n"],
    ["a target that is an authority", "GET evil.example:80 HTTP/1.1\r\nHost: localhost\r\n"],
    ["a target that is a star", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n"],
    ["a Host with a user", "GET /v1/sessions HTTP/1.1\r\nHost: localhost@evil.example\r\n"],
    ["a Host with a path", "GET /v1/sessions HTTP/1.1\r\nHost: localhost/evil.example\r\n"],
  ])("cannot confuse it by %s [A52] [A57]", async (_, head) => {
    const answer = await rawExchange(open.port, `${head}Connection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toContain("items");
  });

  it("reaches no route by a path that looks like a page [A49]", async () => {
    for (const path of [
      "/docs/../v1/sessions",
      "/console/../v1/sessions",
      "/console/%2e%2e/v1/sessions",
      "/console/..%2fv1/sessions",
      "/docs/x",
      "/console/",
      "//",
      "/docs/swagger-ui.css/../../v1/sessions",
    ]) {
      const answer = await rawExchange(
        named.port,
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      expect([path, answer.split(" ")[1]]).toEqual([path, "401"]);
    }
  });
});

describe("a page that is named", () => {
  it("is answered its preflight, and its requests with headers that let it read them", async () => {
    const preflight = await named.api.request("OPTIONS", "/v1/sessions", {
      headers: {
        origin: app,
        "sec-fetch-site": "cross-site",
        "access-control-request-method": "DELETE",
        "access-control-request-headers": "authorization",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      "access-control-allow-origin": app,
      "access-control-allow-methods": expect.stringContaining("DELETE"),
      "access-control-allow-headers": expect.stringContaining("authorization"),
      "access-control-max-age": "600",
      vary: expect.stringContaining("Origin"),
    });
    expect(preflight.headers["access-control-allow-credentials"]).toBeUndefined();
    for (const [headers, status] of [
      [bearer, 200],
      [{}, 401],
    ] as const) {
      const answer = await named.api.request("GET", "/v1/sessions", {
        headers: { ...headers, origin: app, "sec-fetch-site": "cross-site" },
      });
      expect(answer.status).toBe(status);
      expect(answer.headers["access-control-allow-origin"]).toBe(app);
      expect(answer.headers["access-control-expose-headers"]).toContain("x-execution-id");
      expect(answer.headers["vary"]).toContain("Origin");
    }
  });

  it("can follow a stream", async () => {
    const stream = await named.api.stream("POST", "/v1/run", {
      headers: { ...bearer, origin: app },
      body: { runtime: "bash", code: "echo on" },
    });
    expect(stream.response.headers["access-control-allow-origin"]).toBe(app);
    expect((await stream.rest()).at(-1)?.data).toMatchObject({ status: "ok" });
  });

  it("is not one that looks like it, nor under another Host [A52] [A54]", async () => {
    for (const headers of [
      { origin: `${app}.evil.example` },
      { origin: "http://app.example" },
      { origin: "null" },
      { origin: app, host: "evil.example" },
    ]) {
      for (const method of ["GET", "OPTIONS"]) {
        const { status, headers: answer } = await named.api.request(method, "/v1/sessions", {
          headers: { ...bearer, "access-control-request-method": "GET", ...headers },
        });
        expect([headers, method, status]).toEqual([headers, method, 403]);
        if (headers.origin !== app) expect(answer["access-control-allow-origin"]).toBeUndefined();
      }
    }
  });

  it("has a Host that is named too, or a loopback one", async () => {
    for (const [host, status] of [
      ["holdfast.example", 200],
      ["HOLDFAST.example:443", 200],
      ["localhost", 200],
      ["other.example", 403],
    ] as const) {
      const headers = { ...bearer, host };
      expect((await named.api.request("GET", "/v1/sessions", { headers })).status).toBe(status);
    }
  });

  it.each(["*", "null", "app.example", "https://app.example/", "ftp://app.example"])(
    "is no %s: the server does not start",
    async (origin) => {
      await expect(testServer({ allowedOrigins: [origin] })).rejects.toThrow("allowed origins");
    },
  );

  it.each(["*", "holdfast.example:80", "http://holdfast.example", ""])(
    "has no Host %j: the server does not start",
    async (host) => {
      await expect(testServer({ allowedHosts: [host] })).rejects.toThrow("allowed hosts");
    },
  );
});

describe("a handshake", () => {
  const lines = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
  ];
  const send = (server: TestServer, target: string, headers: readonly string[]) =>
    rawExchange(
      server.port,
      [`GET ${target} HTTP/1.1`, ...headers, ...lines, "\r\n"].join("\r\n"),
      / 101 /,
    );

  it.each([
    ["a page of somebody else", ["Host: localhost", "Origin: https://evil.example"]],
    ["another Host", ["Host: evil.example"]],
    ["two Host headers", ["Host: localhost", "Host: evil.example"]],
    ["a Host that is none", ["Host: localhost/x@evil.example"]],
    ["no Host", []],
  ])("from %s is refused before the upgrade [A55] [A52]", async (_, headers) => {
    const { id } = await open.api.session("bash");
    const answer = await send(open, `/v1/sessions/${id}/channel`, headers);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    await open.api.request("DELETE", `/v1/sessions/${id}`);
  });

  it("with an absolute target is refused, and is no failure of ours [A52]", async () => {
    const told: unknown[] = [];
    await using server = await testServer({ onError: (error) => told.push(error) });
    const { id } = await server.api.session("bash");
    for (const origin of ["http://evil.example", "http://localhost", "x://y", "*"]) {
      const target = `${origin}/v1/sessions/${id}/channel`;
      expect(await send(server, target, ["Host: localhost"])).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expect(told).toEqual([]);
  });

  it("of a page that is named is taken, with its token as a subprotocol", async () => {
    const { json } = await named.api.request("POST", "/v1/sessions", {
      headers: bearer,
      body: { runtime: "bash" },
    });
    const path = `/v1/sessions/${(json as { id: string }).id}/channel`;
    const protocols = `Sec-WebSocket-Protocol: holdfast, holdfast.bearer.${Buffer.from(token).toString("base64url")}`;
    const headers = ["Host: holdfast.example", `Origin: ${app}`];
    expect(await send(named, path, [...headers, protocols])).toMatch(/^HTTP\/1\.1 101 /);
    expect(await send(named, path, headers)).toMatch(/^HTTP\/1\.1 401 /);
    const evil = ["Host: holdfast.example", `Origin: ${app}.evil.example`, protocols];
    expect(await send(named, path, evil)).toMatch(/^HTTP\/1\.1 403 /);
  });
});
