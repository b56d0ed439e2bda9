import { createClient } from "@holdfast/client";
import { eventually } from "@holdfast/harness";
import { type McpHttpOptions, createMcpHttpHandler } from "@holdfast/mcp";
import {
  Client,
  StreamableHTTPClientTransport as HttpTransport,
} from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawExchange } from "../server/api-client.ts";
import { type TestServer, testServer } from "../server/test-server.ts";
import { type Agent, httpAgent, must } from "./agent.ts";

const alice = "alices-token-of-the-test";
const bob = "bobs-token-of-the-test";
let server: TestServer;
let url: URL;
beforeAll(async () => {
  server = await testServer({
    tokens: [
      { name: "alice", token: alice },
      { name: "bob", token: bob },
      { name: "reader", token: "readers-token-of-the-test", scopes: ["read"] },
    ],
  });
  url = new URL(`http://127.0.0.1:${server.port}/mcp`);
});
afterAll(() => server[Symbol.asyncDispose]());

const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1.0.0" },
  },
};

/** Posts a message, and answers the status. */
async function post(
  token: string | null,
  message: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: {
      ...json,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof message === "string" ? message : JSON.stringify(message),
  });
}

describe("who may come in", () => {
  it("nobody without a token, or with one that only reads [A49]", async () => {
    expect((await post(null, initialize)).status).toBe(401);
    expect((await post(`${alice}x`, initialize)).status).toBe(401);
    expect((await post("readers-token-of-the-test", initialize)).status).toBe(403);
    await expect(httpAgent(server.port)).rejects.toThrow("a bearer token is needed");
  });

  it("no page of another origin, and no name that was made to point here [A33]", async () => {
    expect((await post(alice, initialize, { origin: "http://evil.example" })).status).toBe(403);
    await using open = await testServer();
    const body = JSON.stringify(initialize);
    const answer = await rawExchange(
      open.port,
      `POST /mcp HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it("pages of an origin that is named: they may send and read what the protocol has in headers", async () => {
    const origin = "https://app.example";
    await using named = await testServer({ token: alice, allowedOrigins: [origin] });
    const transport = new HttpTransport(new URL(`http://127.0.0.1:${named.port}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${alice}`, origin } },
      fetch: async (to, init) => {
        const sent = [...new Headers(init?.headers).keys()];
        const preflight = await fetch(to, {
          method: "OPTIONS",
          headers: {
            origin,
            "access-control-request-method": init?.method ?? "GET",
            "access-control-request-headers": sent.join(","),
          },
        });
        const allowed = preflight.headers.get("access-control-allow-headers")?.split(",") ?? [];
        expect(allowed).toEqual(
          expect.arrayContaining(sent.filter((name) => name !== "accept" && name !== "origin")),
        );
        const answer = await fetch(to, init);
        expect(answer.headers.get("access-control-expose-headers")).toContain("mcp-session-id");
        return answer;
      },
    });
    const client = new Client({ name: "page", version: "1.0.0" });
    await client.connect(transport);
    expect((await client.listTools()).tools).not.toEqual([]);
    await client.close();
  });

  it("agents with other tokens see nothing of each other: sessions, executions, checkpoints [A50]", async () => {
    await using a = await httpAgent(server.port, { token: alice });
    await using b = await httpAgent(server.port, { token: bob });
    const ran = await must(a.call("run_code", { code: "secret = 1; print('out')" }));
    const { session, execution } = ran.data;
    const { checkpoint } = (await must(a.call("create_checkpoint", { name: "alices" }))).data;
    expect((await must(b.call("list_sessions"))).data.sessions).toEqual([]);
    expect((await must(b.call("list_checkpoints"))).data.checkpoints).toEqual([]);
    const attempts = [
      b.call("run_code", { session, code: "secret" }),
      b.call("read_output", { execution }),
      b.call("write_stdin", { execution, data: "x" }),
      b.call("interrupt", { execution }),
      b.call("list_variables", { session }),
      b.call("read_file", { session, path: "/etc/hostname" }),
      b.call("fork_session", { session }),
      b.call("close_session", { session }),
      b.call("create_session", { runtime: "python", checkpoint }),
    ];
    for (const attempt of attempts) {
      const { isError, text } = await attempt;
      expect([isError, text]).toEqual([true, expect.stringMatching(/^\[\w+_not_found\]/)]);
    }
    expect((await must(a.call("run_code", { code: "secret" }))).text).toBe("1");
  });

  it("a connection is found with the token that it was opened with, and with no other [A50]", async () => {
    const opened = await post(alice, initialize);
    const id = opened.headers.get("mcp-session-id") ?? "";
    await opened.text();
    const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
    const mine = await post(alice, list, { "mcp-session-id": id });
    expect([mine.status, await mine.text()]).toEqual([200, expect.stringContaining("run_code")]);
    expect((await post(bob, list, { "mcp-session-id": id })).status).toBe(404);
    // However it is written.
    const authorization = `bearer   ${alice} `;
    const again = await post(alice, list, { authorization, "mcp-session-id": id });
    expect([again.status, await again.text()]).toEqual([200, expect.stringContaining("run_code")]);
    const theirs = { authorization: `Bearer ${bob}`, "mcp-session-id": id };
    expect((await fetch(url, { method: "DELETE", headers: theirs })).status).toBe(404);
  });
});

it("where no token is needed all are one caller, whatever they send as one: connections stay bounded [A62]", async () => {
  await using open = await testServer();
  const target = `http://127.0.0.1:${open.port}/mcp`;
  const ask = (authorization: string, message: unknown, more: Record<string, string> = {}) =>
    fetch(target, {
      method: "POST",
      headers: { ...json, authorization, ...more },
      body: JSON.stringify(message),
    });
  const ids: string[] = [];
  for (let i = 0; i < 101; i++) {
    const opened = await ask(`Bearer ${i}`, initialize);
    ids.push(opened.headers.get("mcp-session-id") ?? "");
    await opened.text();
  }
  const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
  const found = async (id = "") => {
    const answer = await ask("Bearer other", list, { "mcp-session-id": id });
    await answer.text();
    return answer.status;
  };
  expect([await found(ids[0]), await found(ids[1]), await found(ids[100])]).toEqual([
    404, 200, 200,
  ]);
});

describe("connections", () => {
  it("have sessions of their own, which end with them; what was made by name stays", async () => {
    const connect = async () => {
      const transport = new HttpTransport(url, {
        requestInit: { headers: { authorization: `Bearer ${alice}` } },
      });
      const client = new Client({ name: "test", version: "1.0.0" });
      await client.connect(transport);
      return { client, transport };
    };
    await using observer = await httpAgent(server.port, { token: alice });
    const { client, transport } = await connect();
    const call = async (name: string, args: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: args })).structuredContent as { session: string };
    const own = await call("run_code", { code: "x = 1" });
    const named = await call("create_session", { runtime: "bash" });
    const other = await must(observer.call("run_code", { code: "'x' in globals()" }));
    expect(other.data.output).toBe("False\n");
    await transport.terminateSession();
    await client.close();
    const ids = (await must(observer.call("list_sessions"))).data.sessions.map(
      ({ session }: { session: string }) => session,
    );
    expect(ids).not.toContain(own.session);
    expect(ids).toContain(named.session);
    await must(observer.call("close_session", { session: named.session }));
  });

  it("where each request stands for itself, a call that names no session has a new one, and is told", async () => {
    await using agent = await httpAgent(server.port, { token: alice, era: "modern" });
    const first = await must(agent.call("run_code", { code: "x = 1" }));
    const { session } = first.data;
    expect(first.text).toBe(`[new session ${session}]\n[no output]`);
    expect((await must(agent.call("run_code", { code: "x", session }))).text).toBe("1");
    const none = await agent.call("list_variables");
    expect(none.text).toMatch(/^session: received none, .* name one$/);
    await must(agent.call("close_session", { session }));
  });

  it("answer what is no message, too large, or of no connection as the protocol has it", async () => {
    const status = async (response: Promise<Response>) => (await response).status;
    expect(await status(post(alice, "{"))).toBe(400);
    expect(await status(post(alice, "x".repeat(17 * 1024 * 1024)))).toBe(413);
    const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
    expect(await status(post(alice, list, { "mcp-session-id": "nobodys" }))).toBe(404);
    expect(await status(post(alice, list))).toBe(400);
    const headers = { authorization: `Bearer ${alice}`, accept: "text/event-stream" };
    expect(await status(fetch(url, { headers }))).toBe(400);
    expect(await status(fetch(url, { method: "PUT", headers }))).toBe(405);
  });
});

describe("createMcpHttpHandler()", () => {
  /** Agents over a handler of their own, as users of the package have it. */
  function handlerWith(options: Partial<McpHttpOptions>) {
    const client = createClient({ baseUrl: `http://127.0.0.1:${server.port}`, token: alice });
    const handler = createMcpHttpHandler({ client: () => client, caller: () => "one", ...options });
    const connect = async (): Promise<Client> => {
      const agent = new Client({ name: "test", version: "1.0.0" });
      const transport = new HttpTransport(new URL("http://mcp.test"), {
        fetch: (to, init) => handler.fetch(new Request(to, init)),
      });
      await agent.connect(transport);
      return agent;
    };
    return { handler, client, connect };
  }

  const run = (agent: Client, code: string) =>
    agent.callTool({ name: "run_code", arguments: { code } });

  it("ends the connection that was not used for the longest time when there are too many, with its session", async () => {
    const { handler, client, connect } = handlerWith({ maxConnections: 2 });
    const first = await connect();
    const { session } = (await run(first, "1")).structuredContent as { session: string };
    const second = await connect();
    const third = await connect();
    await expect(run(first, "2")).rejects.toThrow("Session not found");
    expect((await run(second, "3")).isError).toBeUndefined();
    expect((await run(third, "4")).isError).toBeUndefined();
    await eventually(
      () =>
        client.sessions.get(session).then(
          () => false,
          () => true,
        ),
      {
        what: "the end of its session",
      },
    );
    await handler.close();
  });

  it("ends connections that are not used, with their sessions", async () => {
    const { client, connect } = handlerWith({ idleTimeoutMs: 500 });
    const agent = await connect();
    const { session } = (await run(agent, "1")).structuredContent as { session: string };
    await eventually(
      () =>
        client.sessions.get(session).then(
          () => false,
          () => true,
        ),
      {
        what: "the end of its session",
      },
    );
    await expect(run(agent, "2")).rejects.toThrow("Session not found");
  });

  it("refuses options out of range", () => {
    const { client } = handlerWith({});
    expect(() =>
      createMcpHttpHandler({ client: () => client, caller: () => "", maxOutputLength: 5 }),
    ).toThrow(/maxOutputLength: received 5, allowed 100 to/);
  });
});

// Where the protocol is another one, the tools are the same.
it("tools/list is the same for clients of 2026 and before", async () => {
  const list = async (agent: Agent) => (await agent.client.listTools()).tools;
  await using modern = await httpAgent(server.port, { token: alice, era: "modern" });
  await using legacy = await httpAgent(server.port, { token: alice });
  expect(modern.client.getProtocolEra()).toBe("modern");
  expect(legacy.client.getProtocolEra()).toBe("legacy");
  expect(await list(modern)).toEqual(await list(legacy));
});
