import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { eventually } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChannelClient } from "../../support/channel-client.ts";
import { rawExchange } from "../api-client.ts";
import { type TestServer, testServer } from "../test-server.ts";
import { operationsOf, requestOf } from "./operations.ts";

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await server.api.session("bash", { id: "s" });
});
afterAll(() => server[Symbol.asyncDispose]());

const upgrade = (protocol = "websocket") => ({ connection: "Upgrade", upgrade: protocol });

/** The head of a request for a channel. */
const handshake = (id: string) =>
  [
    `GET /v1/sessions/${id}/channel HTTP/1.1`,
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    "\r\n",
  ].join("\r\n");

/** A connection that never closes its side, and what came over it first. */
async function halfOpen(port: number, bytes: string) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).setEncoding("latin1");
  socket.on("error", () => {}); // it is to be dropped
  socket.write(bytes);
  const [first] = (await once(socket, "data")) as [string];
  return { socket, first };
}

describe("a request with an Upgrade header", () => {
  it("is answered by every route as it is without one, method and body included [A57]", async () => {
    const operations = (await operationsOf(server.api)).filter((one) => one.names.includes("id"));
    expect(operations.length).toBeGreaterThan(20);
    for (const operation of operations) {
      const { headers, ...rest } = requestOf(operation, {});
      const path = operation.path({ id: "never" });
      const send = (more: Readonly<Record<string, string>>) =>
        server.api.request(operation.method, path, { ...rest, headers: { ...headers, ...more } });
      const { status, text } = await send({});
      for (const protocol of ["h2c", "websocket"]) {
        const answer = await send(upgrade(protocol));
        expect([operation.method, operation.template, answer.status, answer.text]).toEqual([
          operation.method,
          operation.template,
          status,
          text,
        ]);
      }
    }
  });

  it("does what its method says: a session is made, runs code, and is deleted", async () => {
    const headers = upgrade("h2c");
    const made = await server.api.request("POST", "/v1/sessions", {
      headers,
      body: { runtime: "bash", id: "upgraded" },
    });
    expect(made.status).toBe(201);
    const path = "/v1/sessions/upgraded";
    const body = { code: "echo ran" };
    const ran = await server.api.request("POST", `${path}/executions`, { headers, body });
    expect(ran.json).toMatchObject({ stdout: "ran\n" });
    expect((await server.api.request("DELETE", path, { headers })).status).toBe(204);
    expect((await server.api.get(path)).status).toBe(410);
  });

  it("is bounded as others are: one more than may be open is 503, and health is answered [A62]", async () => {
    await using own = await testServer({ maxOpenRequests: 1 });
    const { id } = await own.api.session("bash");
    const stream = await own.api.follow(id, "echo on; sleep 1000");
    await stream.until("stdout");
    const ask = (path: string) => own.api.request("GET", path, { headers: upgrade() });
    expect(await ask("/v1/sessions")).toMatchObject({ status: 503, json: { code: "overloaded" } });
    expect((await ask("/healthz")).status).toBe(200);
    expect(await rawExchange(own.port, handshake(id))).toMatch(/^HTTP\/1\.1 503 /);
    stream.cut();
  });

  it("is the last one in its connection: what stands behind it is no request [A57]", async () => {
    const requests = ["/readyz", "/healthz"].map(
      (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n`,
    );
    const bytes = requests.join("Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    const answer = await rawExchange(server.port, `${bytes}\r\n`);
    expect(answer.match(/HTTP\/1\.1 \d+|connection: \w+/gi)).toEqual([
      "HTTP/1.1 200",
      expect.stringMatching(/close$/),
    ]);
  });

  it("for a channel has no body: with one it is no handshake [A57]", async () => {
    for (const more of ["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n0"]) {
      const bytes = `${handshake("s").slice(0, -2)}${more}\r\n\r\n`;
      expect(await rawExchange(server.port, bytes, /\}$/)).toMatch(/^HTTP\/1\.1 400 /);
    }
  });
});

describe("a flood of connections", () => {
  it("that are refused a channel and never close leaves room for health and work [A59]", async () => {
    await using own = await testServer({ maxConnections: 20 });
    await own.api.session("bash", { id: "s" });
    const sockets = await Promise.all(
      Array.from({ length: 20 }, () => halfOpen(own.port, handshake("never"))),
    );
    for (const { first } of sockets) expect(first).toMatch(/^HTTP\/1\.1 404 /);
    for (const path of ["/healthz", "/readyz", "/v1/sessions"])
      expect((await own.api.get(path)).status).toBe(200);
    expect((await own.api.execute("s", "echo in")).stdout).toBe("in\n");
    for (const { socket } of sockets) socket.destroy();
  });

  it("that have become channels counts as open requests, so that health is answered [A59] [A62]", async () => {
    await using own = await testServer({ maxConnections: 20, maxOpenRequests: 10 });
    await own.api.session("bash", { id: "s" });
    await using client = await ChannelClient.open(own.api.url, "s");
    const sockets = await Promise.all(
      Array.from({ length: 40 }, () => halfOpen(own.port, handshake("s"))),
    );
    const answers = sockets.map(({ first }) => first.slice(9, 12));
    expect(answers.filter((status) => status === "101")).toHaveLength(9);
    expect(answers.filter((status) => status === "503")).toHaveLength(31);
    for (const path of ["/healthz", "/readyz"]) expect((await own.api.get(path)).status).toBe(200);
    expect((await client.execute("one", ":")).at(-1)).toMatchObject({ status: "ok" });
    for (const { socket } of sockets) socket.destroy();
    await eventually(async () => (await own.api.get("/v1/sessions")).status === 200, {
      what: "room for a request",
    });
  });
});
