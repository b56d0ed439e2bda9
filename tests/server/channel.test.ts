import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { HoldfastError } from "@holdfast/core";
import { eventually } from "@holdfast/harness";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChannelClient } from "../support/channel-client.ts";
import type { ApiClient } from "./api-client.ts";
import { rawExchange } from "./api-client.ts";
import { type TestServer, testServer } from "./test-server.ts";

let server: TestServer;
let api: ApiClient;
let bash: string;
let python: string;
beforeAll(async () => {
  server = await testServer({ maxMessageBytes: 1024 * 1024 });
  api = server.api;
  bash = (await api.session("bash")).id;
  python = (await api.session("python")).id;
});
afterAll(() => server[Symbol.asyncDispose]());

const outputOf = (messages: Awaited<ReturnType<ChannelClient["execute"]>>) =>
  Buffer.concat(messages.map((one) => (one.type === "output" ? one.data : Buffer.alloc(0))));

/** What a server answers to a handshake. */
async function refusal(
  id: string,
  headers: Record<string, string>,
  own: TestServer = server,
): Promise<{ status: number; body: string }> {
  const lines = Object.entries({
    host: `127.0.0.1:${own.port}`,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = await rawExchange(
    own.port,
    `GET /v1/sessions/${id}/channel HTTP/1.1\r\n${lines.join("")}\r\n`,
    / 101 /,
  );
  return { status: Number(text.slice(9, 12)), body: text };
}

describe("the channel", () => {
  it("greets with what the session is, and runs code in it", async () => {
    await using client = await ChannelClient.open(api.url, python);
    expect(client.received[0]).toMatchObject({
      type: "ready",
      protocolVersion: 1,
      runtime: "python",
      pid: server.host.get(python).session.pid,
      features: expect.arrayContaining(["results", "completion"]),
    });
    const messages = await client.execute("one", "print('hello')\nx = 20\nx * 2 + 2");
    expect(messages.map(({ type }) => type)).toEqual(["started", "output", "result", "completed"]);
    expect(outputOf(messages).toString()).toBe("hello\n");
    expect(messages[2]).toMatchObject({ repr: "42", value: 42, seq: 3 });
    expect(messages[3]).toMatchObject({ status: "ok", sessionState: "kept", seq: 4 });
    // It is an execution as any other.
    const { json } = await api.get(`/v1/sessions/${python}/executions/one`);
    expect(json).toMatchObject({ id: "one", status: "ok", stdout: "hello\n" });
    const raised = await client.execute("two", "1/0");
    expect(raised.map(({ type }) => type)).toEqual(["started", "error", "completed"]);
    expect(raised[1]).toMatchObject({ name: "ZeroDivisionError" });
  });

  it("answers what comes right behind hello, after ready", async () => {
    await using client = await ChannelClient.connect(api.url, python);
    client.send({ type: "hello", protocolVersion: 1 });
    client.send({ type: "ping", requestId: "early" });
    await client.execute("early", "1");
    expect(client.received.slice(0, 2).map(({ type }) => type)).toEqual(["ready", "heartbeat"]);
  });

  it("carries output as bytes, exact, displays, input, changes and how it ended", async () => {
    await using client = await ChannelClient.open(api.url, python);
    const asking = client.execute(
      "ask",
      "name = input('who? ')\nimport sys; sys.stdout.buffer.write(b'\\xff\\x00' + name.encode()); sys.stdout.flush()\n" +
        "display({'image/png': b'\\x89PNG'}, raw=True)",
      { allowInput: true, trackChanges: true },
    );
    const request = await client.until((message) => message.type === "input_request");
    expect(request).toMatchObject({ prompt: "who? ", password: false });
    client.send({ type: "input_reply", requestId: request.requestId, data: "Ada" });
    const messages = await asking;
    expect(outputOf(messages).subarray(-5).toString("latin1")).toBe("\xff\0Ada");
    const display = messages.find(({ type }) => type === "display");
    expect(display).toMatchObject({ mime: { "image/png": Buffer.from("\x89PNG", "latin1") } });
    expect(messages.find(({ type }) => type === "changes")).toMatchObject({
      added: expect.arrayContaining(["name"]),
    });
    const lost = await (await ChannelClient.open(api.url, bash)).execute("gone", "echo a; exit 42");
    expect(lost.at(-1)).toMatchObject({ status: "lost", exitCode: 42, sessionState: "lost" });
  });

  it("feeds standard input unasked, and ends it", async () => {
    await using client = await ChannelClient.open(api.url, bash);
    const reading = client.execute("cat", "cat", { allowInput: true });
    await client.until(({ type }) => type === "started");
    client.send({ type: "input_reply", requestId: "cat", data: "a line\n" });
    client.send({ type: "input_reply", requestId: "cat", data: null });
    expect(outputOf(await reading).toString()).toBe("a line\n");
  });

  it("interrupts what runs, while it runs, and keeps the order of what waits", async () => {
    await using client = await ChannelClient.open(api.url, bash);
    const first = client.execute("first", "echo on; sleep 100");
    const second = client.execute("second", "echo next");
    await client.until((one) => one.type === "output" && one.executionId === "first");
    const beat = await client.ask({ type: "ping", requestId: "p" });
    expect(beat).toMatchObject({ type: "heartbeat", isBusy: true });
    client.send({ type: "interrupt", executionId: "first" });
    expect((await first).at(-1)).toMatchObject({ status: "interrupted" });
    expect((await second).at(-1)).toMatchObject({ status: "ok" });
  });

  it("lists, sets and removes variables, completes, inspects, lists modules", async () => {
    await using client = await ChannelClient.open(api.url, python);
    await client.execute("fill", "import json\nvalue = {'a': (1, 2)}");
    const set = { type: "set_variable", requestId: "1", name: "given", value: [1] } as const;
    expect(await client.ask(set)).toMatchObject({ type: "done" });
    const list = { type: "list_variables", requestId: "2", withValues: true, names: ["given"] };
    expect(await client.ask(list as never)).toMatchObject({
      items: [{ name: "given", value: [1], repr: "[1]" }],
    });
    expect(
      await client.ask({ type: "complete", requestId: "3", code: "val", cursor: 3 }),
    ).toMatchObject({ type: "completions", matches: expect.arrayContaining(["value"]), start: 0 });
    expect(
      await client.ask({ type: "inspect", requestId: "4", code: "json.dumps", cursor: 10 }),
    ).toMatchObject({ type: "inspected", mime: { "text/plain": expect.any(String) } });
    expect(await client.ask({ type: "list_modules", requestId: "5" })).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ name: "json" })]),
    });
    const remove = { type: "delete_variables", requestId: "6", names: ["given"] } as const;
    expect(await client.ask(remove)).toMatchObject({ type: "done" });
    expect(await client.ask({ ...remove, requestId: "7" })).toMatchObject({
      type: "refused",
      code: "variable_not_found",
    });
  });

  it("refuses what cannot be done and goes on: ids twice, host's messages, features that lack", async () => {
    await using client = await ChannelClient.open(api.url, bash);
    await client.execute("same", ":");
    for (const [sent, requestId, code] of [
      [{ type: "execute", executionId: "same", code: ":" }, "same", "invalid_request"],
      [{ type: "execute", executionId: "../x", code: ":" }, "../x", "invalid_request"],
      [{ type: "execute", executionId: "t", code: ":", timeoutMs: 0 }, "t", "invalid_request"],
      [{ type: "interrupt", executionId: "none" }, "none", "execution_not_found"],
      [{ type: "input_reply", requestId: "none2", data: "" }, "none2", "execution_not_found"],
      [{ type: "fork", requestId: "f" }, "f", "feature_unsupported"],
      [{ type: "checkpoint", requestId: "c", path: "/etc/passwd" }, "c", "feature_unsupported"],
      [{ type: "complete", requestId: "k", code: "", cursor: 0 }, "k", "feature_unsupported"],
    ] as const) {
      client.send(sent);
      expect(
        await client.until((one) => one.type === "refused" && one.requestId === requestId),
      ).toMatchObject({ code });
    }
    expect((await client.execute("after", ":")).at(-1)).toMatchObject({ status: "ok" });
  });

  it("tells a client nothing of what went wrong inside, and onError as it is [A67]", async () => {
    const told: unknown[] = [];
    await using own = await testServer({ onError: (error) => told.push(error) });
    const { id } = await own.api.session("python");
    await using client = await ChannelClient.open(own.api.url, id);
    const errors = [
      new HoldfastError({ code: "internal", message: "open '/data/secret': EACCES" }),
      new HoldfastError({ code: "store_invalid", message: "/data/holdfast.db: SELECT secret" }),
      new Error("secret at /home/x/y.ts:3"),
    ];
    const { session } = own.host.get(id);
    for (const [index, error] of errors.entries()) {
      session.modules = () => Promise.reject(error);
      const answer = await client.ask({ type: "list_modules", requestId: `${index}` });
      expect(answer).toMatchObject({
        type: "refused",
        code: expect.stringMatching(/^internal$|^store_invalid$/),
      });
      expect(JSON.stringify(answer)).not.toMatch(/secret|data/);
    }
    session.execute = () => {
      throw errors[0] as Error;
    };
    client.send({ type: "execute", executionId: "e", code: "1" });
    const refused = await client.until((one) => "requestId" in one && one.requestId === "e");
    expect(refused).toMatchObject({
      code: "internal",
      message: expect.not.stringContaining("secret"),
    });
    expect(told).toEqual([...errors, errors[0]]);
  });

  it("lets what it started run on when it closes; its events are there by seq", async () => {
    const client = await ChannelClient.open(api.url, bash);
    const code = "for i in {1..100}; do echo $i; sleep 0.001; done";
    client.send({ type: "execute", executionId: "on", code });
    const output = await client.until((one) => one.type === "output" && one.executionId === "on");
    await client[Symbol.asyncDispose]();
    const path = `/v1/sessions/${bash}/executions/on/events?after=${(output as { seq: number }).seq}`;
    const rest = await (await api.stream("GET", path)).rest();
    expect(rest.at(-1)).toMatchObject({ event: "completed", data: { status: "ok" } });
    expect(Number(rest[0]?.id)).toBe((output as { seq: number }).seq + 1);
  });

  it("serves several clients of one session at once, each what it started [A06]", async () => {
    await using a = await ChannelClient.open(api.url, bash);
    await using b = await ChannelClient.open(api.url, bash);
    await Promise.all([a.execute("of-a", "echo a"), b.execute("of-b", "echo b")]);
    const ids = (client: ChannelClient) =>
      new Set(client.received.flatMap((one) => ("executionId" in one ? [one.executionId] : [])));
    expect([ids(a), ids(b)]).toEqual([new Set(["of-a"]), new Set(["of-b"])]);
  });

  it("is exact under a flood, and holds the code back when nobody reads [F19] [A62]", async () => {
    const { id } = await api.session("bash");
    await using client = await ChannelClient.open(api.url, id);
    client.socket.pause();
    const flood = client.execute("flood", "head -c 60000000 /dev/zero | tr '\\0' x");
    const execution = await eventually(() => server.host.get(id).session.executions[0], {
      what: "the execution",
    });
    const stalled = await eventually(
      async () => {
        const before = execution.record.stdoutBytes;
        await new Promise((done) => setTimeout(done, 50));
        return before > 0 && execution.record.stdoutBytes === before ? before : null;
      },
      { what: "the code to be held back" },
    );
    expect(stalled).toBeLessThan(20_000_000);
    client.socket.resume();
    const output = outputOf(await flood);
    const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    expect(digest(output)).toBe(digest(Buffer.alloc(60_000_000, "x")));
  });

  it("leaves a client that reads nothing, so that the code goes on [A62]", async () => {
    await using own = await testServer({ stallMs: 200, heartbeatMs: 60_000 });
    const { id } = await own.api.session("bash");
    const client = await ChannelClient.open(own.api.url, id);
    client.socket.pause();
    client.send({ type: "execute", executionId: "flood", code: "head -c 40000000 /dev/zero" });
    const execution = await eventually(() => own.host.get(id).session.executions[0], {
      what: "the execution",
    });
    expect(await execution.ended).toMatchObject({ status: "ok", stdoutBytes: 40_000_000 });
    client.socket.terminate();
  });
});

describe("a client of the channel that does not keep to the protocol", () => {
  it.each([
    ["text", "hello", 1007],
    ["no msgpack", Buffer.from([0xc1]), 1007],
    ["no map", Buffer.from([0x01]), 1007],
    ["an unknown type", Buffer.from("\x81\xa4type\xa3foo", "latin1"), 1007],
    ["a nesting bomb", Buffer.alloc(100_000, 0x91), 1007],
    [
      "a million items",
      Buffer.concat([Buffer.from([0xdd, 0, 15, 66, 64]), Buffer.alloc(999_000, 0x80)]),
      1007,
    ],
    ["a length that nothing covers", Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]), 1007],
    ["more than a message may have", Buffer.alloc(2 * 1024 * 1024), 1009],
  ])("is told and left: %s [A63] [A44] [A48]", async (_, bytes, code) => {
    const client = await ChannelClient.open(api.url, bash);
    client.socket.on("error", () => {});
    client.socket.send(bytes);
    expect((await client.closed).code).toBe(code);
    if (code === 1007)
      expect(client.received.at(-1)).toMatchObject({ type: "fault", code: "message_invalid" });
    // Nobody else is touched.
    expect((await api.execute(bash, "echo fine")).stdout).toBe("fine\n");
  });

  it("is left without hello, or with one of another version", async () => {
    const eager = await ChannelClient.connect(api.url, bash);
    eager.send({ type: "ping", requestId: "1" });
    expect((await eager.closed).code).toBe(1002);
    const other = await ChannelClient.connect(api.url, bash);
    other.send({ type: "hello", protocolVersion: 99 });
    expect((await other.closed).code).toBe(1002);
    expect(other.received).toMatchObject([{ type: "fault", code: "protocol_mismatch" }]);
    await using own = await testServer({ heartbeatMs: 50 });
    const { id } = await own.api.session("bash");
    const silent = await ChannelClient.connect(own.api.url, id);
    expect((await silent.closed).code).toBe(1002);
  });

  it("is left when it does not answer pings, and stays when it does", async () => {
    await using own = await testServer({ heartbeatMs: 400 });
    const { id } = await own.api.session("bash");
    await using lively = await ChannelClient.open(own.api.url, id);
    let pings = 0;
    lively.socket.on("ping", () => pings++);
    const socket = new WebSocket(`ws://127.0.0.1:${own.port}/v1/sessions/${id}/channel`, {
      autoPong: false,
    });
    await once(socket, "open");
    socket.send(Buffer.from("\x82\xa4type\xa5hello\xafprotocolVersion\x01", "latin1"));
    await once(socket, "close");
    await eventually(() => pings >= 3, { what: "pings" });
    expect(lively.socket.readyState).toBe(WebSocket.OPEN);
  });

  it("is told that the session has ended", async () => {
    await using own = await testServer({ heartbeatMs: 400 });
    const { id } = await own.api.session("bash");
    const client = await ChannelClient.open(own.api.url, id);
    await own.api.request("DELETE", `/v1/sessions/${id}`);
    expect(await client.closed).toEqual({ code: 1000, reason: "session_closed" });
  });

  it("costs nothing when it breaks off within a message or a handshake", async () => {
    for (const bytes of ["\x82\xfe\x40\x00abcd", "\x82\x05", ""]) {
      const key = randomBytes(16).toString("base64");
      const socket = connect(server.port, "127.0.0.1");
      socket.write(
        `GET /v1/sessions/${bash}/channel HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
      );
      socket.on("error", () => {});
      await once(socket, "data");
      socket.write(bytes, "latin1");
      socket.destroy();
    }
    expect((await api.execute(bash, "echo fine")).stdout).toBe("fine\n");
  });
});

describe("a handshake", () => {
  it("is refused before the upgrade: foreign pages, foreign hosts, unknown sessions [A55] [A52]", async () => {
    for (const [headers, status] of [
      [{ origin: "http://evil.example" }, 403],
      [{ origin: "null" }, 403],
      [{ origin: `http://127.0.0.1.evil.example:${server.port}` }, 403],
      [{ "sec-fetch-site": "cross-site" }, 403],
      [{ host: "evil.example" }, 403],
      [{ origin: `http://127.0.0.1:${server.port}` }, 101],
    ] as const) {
      const answer = await refusal(bash, headers);
      expect([headers, answer.status]).toEqual([headers, status]);
      if (status !== 101) expect(answer.body).toContain('"code":"forbidden"');
    }
    expect((await refusal("none", {})).status).toBe(404);
    expect(await api.get(`/v1/sessions/${bash}/channel`)).toMatchObject({ status: 400 });
  });

  it("needs the token, in the header or as a subprotocol, which is what a browser can send [A49]", async () => {
    const token = "secret-1";
    await using own = await testServer({ token });
    const headers = { authorization: `Bearer ${token}` };
    const { json } = await own.api.request("POST", "/v1/sessions", {
      body: { runtime: "bash" },
      headers,
    });
    const { id } = json as { id: string };
    expect((await refusal(id, {}, own)).status).toBe(401);
    expect((await refusal(id, { authorization: "Bearer wrong" }, own)).status).toBe(401);
    for (const wrong of ["wrong", "wr\u00f6ng", "\u4f60\u597d", "a\nb", "\0", ""]) {
      const names = `holdfast, holdfast.bearer.${Buffer.from(wrong).toString("base64url")}`;
      const answer = await refusal(id, { "sec-websocket-protocol": names }, own);
      expect([wrong, answer.status]).toEqual([wrong, 401]);
    }
    await using byHeader = await ChannelClient.connect(own.api.url, id, { headers });
    expect(byHeader.socket.readyState).toBe(WebSocket.OPEN);
    const protocols = ["holdfast", `holdfast.bearer.${Buffer.from(token).toString("base64url")}`];
    await using byProtocol = await ChannelClient.connect(own.api.url, id, { protocols });
    // The token is not said back.
    expect(byProtocol.socket.protocol).toBe("holdfast");
  });

  it("is refused when too many streams are open, and streams of events are too [A62]", async () => {
    await using own = await testServer({ maxStreams: 2 });
    const { id } = await own.api.session("bash");
    const first = await ChannelClient.open(own.api.url, id);
    const stream = await own.api.follow(id, "sleep 100");
    await stream.next();
    expect((await refusal(id, {}, own)).status).toBe(429);
    const before = own.host.get(id).session.executionCount;
    for (const path of [`/v1/sessions/${id}/executions`, "/v1/run"]) {
      const answer = await own.api.request("POST", path, {
        body: path === "/v1/run" ? { runtime: "bash", code: ":" } : { code: ":" },
        headers: { accept: "text/event-stream" },
      });
      expect(answer).toMatchObject({ status: 429, json: { code: "too_many_streams" } });
      expect(answer.headers["retry-after"]).toBe("1");
    }
    expect(own.host.get(id).session.executionCount).toBe(before);
    await first[Symbol.asyncDispose]();
    await eventually(async () => (await refusal(id, {}, own)).status === 101, { what: "room" });
    stream.cut();
  });
});
