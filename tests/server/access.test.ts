import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawExchange } from "./api-client.ts";
import { type TestServer, testServer } from "./test-server.ts";

const token = "a-token-of-the-test";
let open: TestServer;
let closed: TestServer;
beforeAll(async () => {
  open = await testServer();
  closed = await testServer({ token, wrongTokensPerMinute: null });
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await closed[Symbol.asyncDispose]();
});

/** Every route of the OpenAPI document, with something in the place of its parameters. */
async function routes(): Promise<readonly (readonly [method: string, path: string])[]> {
  const { json } = await open.api.get("/openapi.json");
  const { paths } = json as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, "x")] as const,
    ),
  );
}

describe("a server with a token", () => {
  it("answers 401 on every route and method without it, or with another one; health excepted [A49]", async () => {
    const all = [
      ...(await routes()),
      ["GET", "/openapi.json"],
      ["GET", "/v1/nothing"],
      ["OPTIONS", "/v1/sessions"],
      ["HEAD", "/v1/sessions"],
    ] as const;
    expect(all.length).toBeGreaterThan(15);
    const wrong = [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
      `Basic ${token}`,
      token,
      `Bearer ${token} ${token}`,
    ];
    for (const [method, path] of all) {
      if (path === "/healthz" || path === "/readyz") continue;
      for (const authorization of wrong) {
        const { status, headers } = await closed.api.request(method, path, {
          headers: authorization === undefined ? {} : { authorization },
        });
        expect([method, path, authorization, status]).toEqual([method, path, authorization, 401]);
        expect(headers["www-authenticate"]).toBe("Bearer");
      }
    }
    for (const path of ["/healthz", "/readyz"])
      expect((await closed.api.get(path)).status).toBe(200);
  });

  it("is 401 on streams too, and never says the token [A49] [A51]", async () => {
    const { status, text: body } = await closed.api.request("POST", "/v1/sessions/x/executions", {
      body: { code: ":" },
      headers: { accept: "text/event-stream", authorization: `Bearer ${token}x` },
    });
    expect(status).toBe(401);
    expect(body).not.toContain(token);
  });

  it("takes the right one, on any Host, whatever the case of the scheme", async () => {
    for (const authorization of [`Bearer ${token}`, `bearer ${token}`]) {
      const { status } = await closed.api.request("GET", "/v1/sessions", {
        headers: { authorization, host: "holdfast.example" },
      });
      expect(status).toBe(200);
    }
  });

  it("is refused a bind outside of loopback when it has none [A56]", async () => {
    await expect(testServer({ hostname: "0.0.0.0" })).rejects.toThrow(/without a token/);
    await using wide = await testServer({ hostname: "0.0.0.0", token });
    expect((await wide.api.get("/v1/sessions")).status).toBe(401);
  });
});

it("connections that send nothing, or half a request, keep nobody else out [A58] [A59]", async () => {
  const sockets = Array.from({ length: 300 }, (_, index) => {
    const socket = connect(open.port, "127.0.0.1");
    socket.on("error", () => {});
    if (index % 2 === 0) socket.write("POST /v1/run HTTP/1.1\r\nHost: localhost\r\nContent-Le");
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  expect((await open.api.get("/healthz")).status).toBe(200);
  expect((await open.api.post("/v1/run", { runtime: "bash", code: "echo in" })).json).toMatchObject(
    {
      stdout: "in\n",
    },
  );
  for (const socket of sockets) socket.destroy();
});

describe("a web page of somebody else", () => {
  const body = { runtime: "bash" };

  it.each([
    "evil.example",
    "evil.example:4650",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
  ])("cannot reach a server without a token by the name %s [A52]", async (host) => {
    const { status, json } = await open.api.request("POST", "/v1/sessions", {
      body,
      headers: { host },
    });
    expect([status, json]).toEqual([403, expect.objectContaining({ code: "forbidden" })]);
    expect((await open.api.request("GET", "/", { headers: { host } })).status).toBe(403);
  });

  it("cannot name another host in an absolute target [A52]", async () => {
    const answer = await rawExchange(
      open.port,
      "GET http://evil.example/v1/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    expect(answer).not.toContain("items");
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it.each([
    "http://evil.example",
    "null",
    "http://127.0.0.1.evil.example",
    "http://localhost:1",
    "https://good.com.evil.com",
  ])("cannot send a request with Origin %s, by any method [A53] [A54]", async (origin) => {
    for (const [method, path] of await routes()) {
      const { status, headers } = await open.api.request(method, path, { headers: { origin } });
      expect([method, path, status]).toEqual([method, path, 403]);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it.each(["cross-site", "same-site"])(
    "cannot load the interface as a %s image or script [A53]",
    async (site) => {
      const headers = { "sec-fetch-site": site };
      expect((await open.api.request("GET", "/v1/sessions", { headers })).status).toBe(403);
      expect((await open.api.request("GET", "/", { headers })).status).toBe(200);
    },
  );

  it("is told apart from the own page and from programs", async () => {
    const own = `http://127.0.0.1:${open.port}`;
    for (const headers of [
      { origin: own, "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
      {},
    ])
      expect((await open.api.request("GET", "/v1/sessions", { headers })).status).toBe(200);
    for (const host of ["localhost", "LOCALHOST:1", "[::1]:4650", "127.0.0.9"])
      expect((await open.api.request("GET", "/v1/sessions", { headers: { host } })).status).toBe(
        200,
      );
  });
});
