import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawExchange } from "../api-client.ts";
import { type TestServer, testServer } from "../test-server.ts";
import { type Operation, operationsOf } from "./operations.ts";

const maxBodyBytes = 200_000;

let server: TestServer;
let told: unknown[];
let operations: readonly Operation[];
/** Ids of what is there, so that bodies are read by what they are for. */
let values: Readonly<Record<string, string>>;
beforeAll(async () => {
  told = [];
  server = await testServer({ maxBodyBytes, onError: (error) => told.push(error) });
  operations = await operationsOf(server.api);
  const { id } = await server.api.session("python");
  values = { id, eid: (await server.api.execute(id, "x = 1")).id, name: "x" };
});
afterAll(() => server[Symbol.asyncDispose]());

const withBody = () =>
  operations.filter(({ body }) => body !== null && body.type === "application/json");

/** Every operation with a body answers with one of these, typed; the server lives, and nothing went wrong inside. */
async function expectRefused(
  rawBody: string | Buffer,
  statuses: readonly number[],
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  expect(withBody().length).toBeGreaterThan(8);
  for (const operation of withBody()) {
    const { method, template } = operation;
    const { status, json, text } = await server.api.request(method, operation.path(values), {
      rawBody,
      headers,
    });
    expect([method, template, text, statuses.includes(status)]).toEqual([
      method,
      template,
      text,
      true,
    ]);
    if (status >= 400) expect(json).toMatchObject({ status, code: expect.any(String) });
  }
  expect((await server.api.get("/healthz")).status).toBe(200);
  expect(told).toEqual([]);
}

describe("a body that is no JSON", () => {
  it.each([
    ["half", '{"code":"1"'],
    ["with something behind it", '{"code":"1"}}'],
    ["a word", "code"],
    ["with NUL", '{"code":"\0"}'],
    ["with a line break in a text", '{"code":"\n"}'],
    ["with a comment", '{"code":"1"} // x'],
    ["NaN", '{"timeoutMs":NaN,"cursor":NaN}'],
    ["100,000 brackets", "[".repeat(100_000)],
    ["100,000 braces", '{"a":'.repeat(30_000)],
    ["a lone quote", '"'],
    ["UTF-16", Buffer.from('{"code":"1"}', "utf16le")],
    ["msgpack", Buffer.from([0x81, 0xa4, 0x63, 0x6f, 0x64, 0x65, 0xa1, 0x31])],
    ["a bomb of msgpack", Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff])],
  ])("%s is 400 on every route", (_, body) => expectRefused(body, [400]));
});

describe("JSON of another kind", () => {
  it.each(["null", "1", '"x"', "[]", "true", "[[[]]]"])("%s is 400 on every route", (body) =>
    expectRefused(body, [400]),
  );

  it.each([
    ["deep", `{"value":${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
    [
      "deep and tagged",
      `{"value":${'{"$type":"tuple","items":['.repeat(5_000)}${"]}".repeat(5_000)}}`,
    ],
    ["a number past all", '{"timeoutMs":1e999,"count":1e999,"cursor":1e999,"value":1e999}'],
    ["of numbers for text", '{"code":1,"runtime":2,"checkpointId":3,"data":4,"name":5}'],
    ["with the prototype", '{"__proto__":{"code":"1"},"constructor":{"prototype":{}}}'],
  ])("%s is refused or taken, and never a failure inside", async (_, body) => {
    await expectRefused(body, [200, 201, 202, 204, 400, 404, 409, 413]);
    expect(({} as { code?: unknown }).code).toBeUndefined();
  });

  it.each([1, 60, 61, 62, 63, 64, 65, 1_000])(
    "a value of %i levels is set as it is, or refused, and the session lives",
    async (depth) => {
      const text = `${"[".repeat(depth)}${"]".repeat(depth)}`;
      const path = `/v1/sessions/${values["id"]}/variables/deep`;
      const { status } = await server.api.request("PUT", path, { rawBody: `{"value":${text}}` });
      expect(status).toBe(depth <= 60 ? 204 : 400);
      const { result } = await server.api.execute(String(values["id"]), "str(deep)");
      if (status === 204) expect(result?.value).toBe(text);
      else expect(result?.value).not.toBe(text);
    },
  );

  it("names that are those of prototypes are names: labels and variables of the environment", async () => {
    const rawBody =
      '{"runtime":"bash","labels":{"__proto__":"x","constructor":"y","toString":"z"},"env":{"__proto__":"x","constructor":"y"}}';
    const { status, json, text } = await server.api.request("POST", "/v1/sessions", { rawBody });
    expect([201, 400]).toContain(status);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    if (status === 201) {
      expect(text).toContain('"constructor":"y"');
      const { id } = json as { id: string };
      expect((await server.api.execute(id, "echo $constructor")).stdout).toBe("y\n");
    }
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"])
      expect((await server.api.get(`/v1/sessions/${name}`)).json).toMatchObject({
        code: "session_not_found",
      });
  });
});

describe("a body that is too large", () => {
  it("is 413 on every route, by its stated length and in chunks of none [A60]", async () => {
    const rawBody = `{"code":"${"x".repeat(maxBodyBytes)}"}`;
    await expectRefused(rawBody, [413]);
    await expectRefused(rawBody, [413], { "transfer-encoding": "chunked" });
  });

  it("is 413 before it is sent [A60]", async () => {
    const answer = await rawExchange(
      server.port,
      `POST /v1/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${2 ** 52}\r\n\r\n`,
      /payload_too_large/,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe("a body that is compressed", () => {
  it.each(["gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip", "x"])(
    "as %s says is 400, small or a bomb [A60]",
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(50_000_000));
      await expectRefused(bomb, [400], { "content-encoding": encoding });
    },
  );

  it("is not unpacked when nothing says so", () =>
    expectRefused(gzipSync('{"code":"1","runtime":"bash"}'), [400]));
});

describe("headers", () => {
  const headed = (lines: string) =>
    rawExchange(
      server.port,
      `GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\n${lines}Connection: close\r\n\r\n`,
    );
  const statusOf = async (lines: string) => Number((await headed(lines)).split(" ")[1]);

  it.each([
    ["one that is long", `X: ${"x".repeat(20_000)}\r\n`, 431],
    ["many", Array.from({ length: 5_000 }, (_, i) => `X${i}: y\r\n`).join(""), 431],
    ["a long name", `${"x".repeat(20_000)}: y\r\n`, 431],
    ["a fold", "X: y\r\n z\r\n", 400],
    ["no colon", "X y\r\n", 400],
    ["a space before the colon", "X : y\r\n", 400],
    ["NUL", "X: \0\r\n", 400],
    ["a bare CR", "X: y\rZ: z\r\n", 400],
    ["two lengths", "Content-Length: 1\r\nContent-Length: 2\r\n", 400],
    ["a length and chunks", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400],
    ["a length below 0", "Content-Length: -1\r\n", 400],
    ["a length of hexadecimal digits", "Content-Length: 0x1\r\n", 400],
    ["a length past all", `Content-Length: ${"9".repeat(30)}\r\n`, 400],
    ["an encoding of the transfer that is none", "Transfer-Encoding: xchunked\r\n", 400],
    ["chunked twice", "Transfer-Encoding: chunked, chunked\r\n", 400],
  ])("%s: refused, and nothing is answered behind it [A57] [A61]", async (_, lines, status) => {
    expect(await statusOf(lines)).toBe(status);
    expect((await server.api.get("/healthz")).status).toBe(200);
  });

  it("a chunk of more than it says, or with an endless extension, ends the connection [A57]", async () => {
    const head =
      "POST /v1/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const chunk of [
      "1\r\nab\r\n0\r\n\r\n",
      `1;${"x".repeat(100_000)}\r\na\r\n0\r\n\r\n`,
      "g\r\na\r\n0\r\n\r\n",
      "ffffffffffffffffff\r\na\r\n",
    ]) {
      const answer = await rawExchange(server.port, head + chunk);
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer).not.toContain("HTTP/1.1 200");
    }
    expect((await server.api.get("/healthz")).status).toBe(200);
  });

  it("a second request hidden in the body of a first one is not answered [A57]", async () => {
    const hidden = "GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const answer = await rawExchange(
      server.port,
      `POST /v1/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${hidden.length}\r\nConnection: close\r\n\r\n${hidden}`,
    );
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each(["x\r\nSet-Cookie: a=b", "x\nSet-Cookie: a=b", "x\u0000", "\u2028", "ü"])(
    "nothing that a client names, as %j, becomes a header or a line [A66]",
    async (name) => {
      const encoded = encodeURIComponent(name);
      for (const path of [
        `/v1/sessions/${encoded}`,
        `/v1/sessions/${encoded}/executions/${encoded}/events`,
        `/v1/checkpoints/${encoded}`,
        `/${encoded}`,
        `/v1/sessions?cursor=${encoded}&state=${encoded}`,
      ]) {
        const { status, headers } = await server.api.get(path);
        expect([path, [400, 404].includes(status)]).toEqual([path, true]);
        expect(headers["set-cookie"]).toBeUndefined();
      }
      const { status } = await server.api.post("/v1/sessions", { runtime: "bash", id: name });
      expect(status).toBe(400);
    },
  );

  it.each(["", " ", "ü", "x".repeat(256), "\t"])("an idempotency key of %j is 400", async (key) => {
    const path = `/v1/sessions/${values["id"]}/executions`;
    const { status } = await server.api.request("POST", path, {
      body: { code: "1" },
      headers: { "idempotency-key": key },
    });
    expect(status).toBe(400);
  });
});

describe("ids", () => {
  it.each([
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "a b",
    "a\0",
    "a\n",
    "ä",
    "‮",
    "x".repeat(65),
    "%2e%2e",
    "a.b",
    "$(id)",
    "'",
  ])("given as %j are 400, and never looked up as a path [A65] [A33]", async (id) => {
    const { status, json } = await server.api.post("/v1/sessions", { runtime: "bash", id });
    expect([status, json]).toMatchObject([400, { code: "invalid_request" }]);
    const fork = await server.api.post(`/v1/sessions/${values["id"]}/fork`, { ids: [id] });
    expect(fork.status).toBe(400);
    const restore = { runtime: "python", restore: id };
    expect((await server.api.post("/v1/sessions", restore)).status).toBe(400);
    const found = await server.api.get(`/v1/checkpoints/${encodeURIComponent(id)}`);
    expect([200, 404]).toContain(found.status);
    if (found.status === 200) expect(found.json).toMatchObject({ items: [] });
  });

  it("made by the server are random, each another [A65]", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => server.api.session("bash")));
    const digits = made.map(({ id }) => id);
    expect(new Set(digits).size).toBe(20);
    for (const one of digits) expect(one).toMatch(/^[\da-f]{32}$/);
  });
});

describe("a timeout", () => {
  it.each(["0", "-1", "NaN", "1e308", '"x"', "0.5", "2147483648", "true", "[]", "1e999", '"1"'])(
    "of %s is 400, wherever one can be given [A70]",
    async (text) => {
      const session = `/v1/sessions/${values["id"]}`;
      for (const [method, path, body] of [
        ["POST", "/v1/sessions", `{"runtime":"bash","idleTimeoutMs":${text}}`],
        ["POST", "/v1/sessions", `{"runtime":"bash","executionTimeoutMs":${text}}`],
        ["PATCH", session, `{"idleTimeoutMs":${text}}`],
        ["PATCH", session, `{"executionTimeoutMs":${text}}`],
        ["POST", `${session}/executions`, `{"code":"1","timeoutMs":${text}}`],
        ["POST", "/v1/run", `{"runtime":"bash","code":":","timeoutMs":${text}}`],
      ] as const) {
        const { status, json } = await server.api.request(method, path, { rawBody: body });
        expect([path, body, status]).toEqual([path, body, 400]);
        expect(json).toMatchObject({ code: "invalid_request" });
      }
    },
  );
});
