import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../support/session-run.ts";
import { type LiveServer, startServer } from "../support/live-server.ts";

let server: LiveServer;

beforeAll(async () => {
  server = await startServer({ env: { SECRET_OF_THE_SERVER: "hidden" } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

async function session(runtime = "bash"): Promise<string> {
  return String((await call("POST", "/v1/sessions", { runtime })).body["id"]);
}

function events(text: string): Record<string, unknown>[] {
  return text
    .split("\n\n")
    .filter((block) => block.includes("data: "))
    .map(
      (block) => JSON.parse(block.slice(block.indexOf("data: ") + 6)) as Record<string, unknown>,
    );
}

describe("sessions over HTTP", () => {
  it("are created, found, listed, changed and deleted, and remembered as gone [R5.1] [D39]", async () => {
    const made = await call("POST", "/v1/sessions", {
      runtime: "bash",
      labels: { a: "b" },
      idleTimeoutMs: 60_000,
    });
    expect(made).toMatchObject({
      status: 201,
      body: { runtime: "bash", state: "idle", restarts: 0, labels: { a: "b" } },
    });
    const path = `/v1/sessions/${String(made.body["id"])}`;
    expect((await call("GET", path)).body).toMatchObject({ id: made.body["id"] });
    expect(
      (await call("GET", "/v1/sessions?runtime=bash&limit=1000")).body["items"],
    ).toContainEqual(expect.objectContaining({ id: made.body["id"] }));
    expect((await call("PATCH", path, { labels: { c: "d" } })).body).toMatchObject({
      labels: { c: "d" },
    });
    expect((await call("DELETE", path)).status).toBe(204);
    expect(await call("GET", path)).toMatchObject({
      status: 410,
      body: { code: "session_closed" },
    });
    expect(await call("GET", "/v1/sessions/never-was")).toMatchObject({
      status: 404,
      body: { code: "session_not_found" },
    });
  });

  it("page through a list [R5.1]", async () => {
    const ids = await Promise.all([session(), session(), session()]);
    const seen: string[] = [];
    for (let cursor = ""; ;) {
      const { body } = await call(
        "GET",
        `/v1/sessions?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...(body["items"] as { id: string }[]).map(({ id }) => id));
      if (body["nextCursor"] === null) break;
      cursor = body["nextCursor"] as string;
    }
    for (const id of ids) expect(seen.filter((one) => one === id).length).toBe(1);
  });

  it("keep their state, and restart without it [R3.1]", async () => {
    const id = await session("python");
    await call("POST", `/v1/sessions/${id}/executions`, { code: "x = 20" });
    const { body } = await call("POST", `/v1/sessions/${id}/executions`, { code: "x * 2 + 2" });
    expect(body).toMatchObject({
      status: "ok",
      result: { repr: "42", value: 42, mime: { "text/plain": "42" } },
    });
    expect((await call("POST", `/v1/sessions/${id}/restart`)).body).toMatchObject({
      restarts: 1,
      state: "idle",
    });
    expect((await call("POST", `/v1/sessions/${id}/executions`, { code: "x" })).body).toMatchObject(
      { status: "error", error: { name: "NameError" } },
    );
  });

  it("see nothing of the server's environment [A04]", async () => {
    const { body } = await call("POST", "/v1/run", {
      runtime: "bash",
      code: "env; tr '\\0' '\\n' < /proc/$PPID/environ",
    });
    expect(body["stdout"]).toContain("PATH=");
    expect(body["stdout"]).not.toMatch(/SECRET_OF_THE_SERVER|HOLDFAST_DATA_DIR/);
  });
});

describe("executions over HTTP", () => {
  it("answer with their exact output, as text or base64 [A23]", async () => {
    const id = await session();
    const code = String.raw`printf 'a\xff\0'; printf e >&2; exit_code() { return 3; }; exit_code`;
    const text = await call("POST", `/v1/sessions/${id}/executions`, { code });
    expect(text).toMatchObject({
      status: 200,
      body: {
        status: "ok",
        exitCode: 3,
        stdout: "a\ufffd\0",
        stderr: "e",
        stdoutBytes: 3,
        truncated: false,
      },
    });
    const exact = await call("POST", `/v1/sessions/${id}/executions?encoding=base64`, { code });
    expect(exact.body["stdout"]).toBe(Buffer.from([97, 255, 0]).toString("base64"));
    const { body } = await call("GET", `/v1/sessions/${id}/executions`);
    expect((body["items"] as unknown[]).length).toBe(2);
  });

  it("stream their events, and replay them from any seq [R1.6]", async () => {
    const id = await session();
    const response = await fetch(`${server.url}/v1/sessions/${id}/executions`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({
        code: String.raw`echo 'data: x'; echo; printf '\xc3\xa4\xe2\x80\xa8'; printf '\xff'`,
      }),
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const live = events(await response.text());
    expect(live[0]).toMatchObject({ seq: 1, type: "started" });
    expect(live.at(-1)).toMatchObject({ type: "completed", status: "ok", stdoutBytes: 15 });
    expect(live.map(({ seq }) => seq)).toEqual(live.map((_event, i) => i + 1));
    const eid = String(live[0]?.["executionId"]);
    for (const [query, headers] of [
      ["?after=1", {}],
      ["", { "last-event-id": "1" }],
    ] as const) {
      const again = await fetch(
        `${server.url}/v1/sessions/${id}/executions/${eid}/events${query}`,
        { headers },
      );
      expect(events(await again.text())).toEqual(live.slice(1));
    }
  });

  it("take input while they run [R2.5]", async () => {
    const id = await session("python");
    const running = call("POST", `/v1/sessions/${id}/executions`, {
      code: "input('? ') + input()",
      allowInput: true,
    });
    const path = `/v1/sessions/${id}/executions`;
    await expect
      .poll(async () => ((await call("GET", path)).body["items"] as unknown[]).length)
      .toBe(1);
    const eid = ((await call("GET", path)).body["items"] as { id: string }[])[0]?.id;
    for (const data of ["a", "b"])
      expect((await call("POST", `${path}/${eid}/input`, { data })).status).toBe(202);
    expect((await running).body).toMatchObject({ status: "ok", result: { repr: "'ab'" } });
    expect(await call("POST", `${path}/${eid}/input`, { data: "late" })).toMatchObject({
      status: 409,
      body: { code: "input_not_expected" },
    });
  });

  it("run in the background and are killed from anywhere [R4.2] [R4.3] [S1-35]", async () => {
    const id = await session();
    const started = await call("POST", `/v1/sessions/${id}/executions`, {
      code: "sleep 1000",
      background: true,
    });
    expect(started).toMatchObject({ status: 202, body: { status: "running", background: true } });
    const path = `/v1/sessions/${id}/executions/${String(started.body["id"])}`;
    expect((await call("POST", `${path}/kill`)).status).toBe(202);
    expect((await call("GET", path)).body).toMatchObject({ status: "lost", signal: "SIGKILL" });
    expect(await isAlive(Number(started.body["pid"]))).toBe(false);
  });

  it("are interrupted by request, and by a client that goes away where it said so [R1.7] [F20]", async () => {
    const id = await session();
    const path = `/v1/sessions/${id}/executions`;
    const leave = new AbortController();
    const response = await fetch(`${server.url}${path}?onDisconnect=interrupt`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ code: "echo go; sleep 1000" }),
      signal: leave.signal,
    });
    const eid = response.headers.get("x-execution-id");
    await response.body?.getReader().read();
    leave.abort();
    await expect
      .poll(async () => (await call("GET", `${path}/${eid}`)).body["status"])
      .toBe("interrupted");
    const running = call("POST", path, { code: "sleep 1000" });
    await expect
      .poll(async () => (await call("GET", `/v1/sessions/${id}`)).body["state"])
      .toBe("busy");
    expect((await call("POST", `/v1/sessions/${id}/interrupt`)).status).toBe(200);
    expect((await running).body).toMatchObject({ status: "interrupted" });
  });

  it("run once in a session of their own [R4.1]", async () => {
    expect(
      (await call("POST", "/v1/run", { runtime: "bash", code: "exit 42" })).body,
    ).toMatchObject({ status: "lost", exitCode: 42, sessionState: "lost" });
    expect(
      (await call("POST", "/v1/run", { runtime: "python", code: "print(1)" })).body,
    ).toMatchObject({ status: "ok", stdout: "1\n" });
  });
});

describe("problems over HTTP", () => {
  it.each([
    ["an unknown runtime", "POST", "/v1/sessions", { runtime: "cobol" }, 400, "unknown_runtime"],
    [
      "an id that is none",
      "POST",
      "/v1/sessions",
      { runtime: "bash", id: "../x" },
      400,
      "invalid_request",
    ],
    ["no JSON", "POST", "/v1/sessions", "{", 400, "invalid_request"],
    ["no body", "POST", "/v1/sessions", undefined, 400, "invalid_request"],
    ["an unknown route", "GET", "/v1/nonesuch", undefined, 404, "not_found"],
    [
      "a checkpoint that is not there",
      "POST",
      "/v1/sessions",
      { runtime: "bash", restore: "c" },
      404,
      "checkpoint_not_found",
    ],
  ] as const)("name %s [R5.4]", async (_name, method, path, body, status, code) => {
    expect(await call(method, path, body)).toMatchObject({ status, body: { status, code } });
  });

  it.each([0, -1, "x", 1e308, null].map((timeoutMs) => [JSON.stringify(timeoutMs)]))(
    "take no timeout of %s for a number [A70]",
    async (text) => {
      const id = await session();
      const answer = await call(
        "POST",
        `/v1/sessions/${id}/executions`,
        `{"code":":","timeoutMs":${text}}`,
      );
      expect(answer.status).toBe(text === "null" ? 200 : 400);
    },
  );

  it("refuse a session that is there, and an execution that is not [R5.4] [S1-47] [S2-34]", async () => {
    const id = await session();
    expect(await call("POST", "/v1/sessions", { runtime: "bash", id })).toMatchObject({
      status: 409,
      body: { code: "session_exists" },
    });
    expect(await call("GET", `/v1/sessions/${id}/executions/none`)).toMatchObject({
      status: 404,
      body: { code: "execution_not_found" },
    });
  });

  it("keep web pages out: foreign origins, foreign hosts, forms [A52] [A53] [A54]", async () => {
    for (const origin of ["http://evil.example", "null", `${server.url}.evil.example`]) {
      expect((await call("GET", "/v1/sessions", undefined, { origin })).status).toBe(403);
    }
    expect((await call("GET", "/v1/sessions", undefined, { origin: server.url })).status).toBe(200);
    expect(
      (await call("POST", "/v1/sessions", '{"runtime":"bash"}', { "content-type": "text/plain" }))
        .status,
    ).toBe(400);
    const { request } = await import("node:http");
    const status = await new Promise((done) => {
      request(`${server.url}/v1/sessions`, { headers: { host: "evil.example" } }, (response) => {
        response.resume();
        done(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });
});

describe("the server's documents", () => {
  it("are an OpenAPI 3.1 document of all routes, a page of it, and the console, all from here [S4-14]", async () => {
    const { body } = await call("GET", "/openapi.json");
    expect(body).toMatchObject({ openapi: "3.1.0" });
    expect(Object.keys(body["paths"] as object)).toContain("/v1/sessions/{id}/executions");
    for (const path of [
      "/docs",
      "/docs/swagger-ui-bundle.js",
      "/",
      "/console/console.js",
      "/console/base.css",
    ]) {
      const response = await fetch(`${server.url}${path}`);
      expect(response.status, path).toBe(200);
      const text = await response.text();
      if (path === "/" || path === "/docs") expect(text).not.toMatch(/(?:src|href)="https?:/);
    }
    expect((await call("GET", "/healthz")).body).toMatchObject({ status: "ok" });
    expect((await call("GET", "/v1/runtimes")).body["items"]).toContainEqual(
      expect.objectContaining({ name: "bash", available: true }),
    );
  });
});
