import { readFileSync } from "node:fs";
import { eventually } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChannelClient } from "../support/channel-client.ts";
import { type LiveServer, startServer } from "../support/live-server.ts";
import { ApiClient, type Answer, type EventReader } from "./api-client.ts";

// What clients may rely on, route by route, against a server in a process of its own. The other files of this folder go
// into each. Every JSON answer is held to the OpenAPI document, see ApiClient.

let server: LiveServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer({ env: { HOLDFAST_LOG: "silent" } });
  api = new ApiClient(server.url);
});
afterAll(() => server[Symbol.asyncDispose]());

type Fields = Readonly<Record<string, unknown>>;
const fields = (answer: Answer) => answer.json as Fields;
const seen = (answer: Answer) => [answer.status, fields(answer)["code"]];
const items = (answer: Answer) => fields(answer)["items"] as readonly Fields[];
const types = async (stream: EventReader) => (await stream.rest()).map(({ event }) => event);
const events = { accept: "text/event-stream" };

describe("sessions", () => {
  it("POST /v1/sessions", async () => {
    const created = await api.post("/v1/sessions", {
      runtime: "bash",
      id: "row-1",
      env: { GIVEN: "1" },
      cwd: "/tmp",
      labels: { a: "b" },
      idleTimeoutMs: 60_000,
      executionTimeoutMs: 60_000,
    });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      id: "row-1",
      runtime: "bash",
      state: "idle",
      restarts: 0,
      executionCount: 0,
      labels: { a: "b" },
    });
    expect((await api.execute("row-1", "echo $GIVEN $PWD")).stdout).toBe("1 /tmp\n");
    const again = await api.post("/v1/sessions", { runtime: "bash", id: "row-1" });
    expect(seen(again)).toEqual([409, "session_exists"]);
    const unknown = await api.post("/v1/sessions", { runtime: "cobol" });
    expect(seen(unknown)).toEqual([400, "unknown_runtime"]);
    const { id } = await api.session("bash");
    expect(id).toMatch(/^[A-Za-z0-9_-]{22,64}$/);
  });

  it("GET /v1/sessions", async () => {
    for (const runtime of ["bash", "bash", "python"]) await api.session(runtime);
    const page = await api.get("/v1/sessions?runtime=bash&state=idle&limit=1");
    expect(items(page)).toHaveLength(1);
    const next = await api.get(
      `/v1/sessions?runtime=bash&state=idle&limit=1&cursor=${String(fields(page)["nextCursor"])}`,
    );
    expect(items(next)[0]?.["id"]).not.toBe(items(page)[0]?.["id"]);
    for (const one of items(await api.get("/v1/sessions?runtime=python")))
      expect(one["runtime"]).toBe("python");
  });

  it("GET, DELETE /v1/sessions/{id}", async () => {
    const { id } = await api.session("bash");
    const { stdout } = await api.execute(id, "(setsid sleep 1234 & echo $!) 2>&1");
    expect((await api.get(`/v1/sessions/${id}`)).json).toMatchObject({ id, executionCount: 1 });
    expect((await api.request("DELETE", `/v1/sessions/${id}`)).status).toBe(204);
    expect(() => readFileSync(`/proc/${stdout.trim()}/stat`)).toThrow("ENOENT");
    expect(seen(await api.get(`/v1/sessions/${id}`))).toEqual([410, "session_closed"]);
    expect(seen(await api.get("/v1/sessions/never"))).toEqual([404, "session_not_found"]);
    const short = (await api.session("bash", { idleTimeoutMs: 30 })).id;
    await eventually(async () => (await api.get(`/v1/sessions/${short}`)).status === 410, {
      what: "the expiry",
    });
    expect(seen(await api.get(`/v1/sessions/${short}`))).toEqual([410, "session_expired"]);
  });

  it("PATCH /v1/sessions/{id}", async () => {
    const { id } = await api.session("bash");
    const changed = await api.request("PATCH", `/v1/sessions/${id}`, {
      body: { labels: { x: "y" }, idleTimeoutMs: null, executionTimeoutMs: 100 },
    });
    expect(changed).toMatchObject({ status: 200, json: { labels: { x: "y" }, expiresAt: null } });
    expect((await api.execute(id, "sleep 100")).status).toBe("timeout");
  });

  it("POST /v1/sessions/{id}/interrupt, /restart, /reset", async () => {
    const { id, pid } = await api.session("bash");
    await api.execute(id, "x=1");
    const running = await api.follow(id, "echo on; sleep 100");
    await running.until("stdout");
    expect((await api.post(`/v1/sessions/${id}/interrupt`)).status).toBe(200);
    expect((await running.until("completed")).data["status"]).toBe("interrupted");
    expect((await api.execute(id, "echo $x")).stdout).toBe("1\n");
    for (const action of ["restart", "reset"]) {
      const answer = await api.post(`/v1/sessions/${id}/${action}`);
      expect(answer).toMatchObject({ status: 200, json: { id, state: "idle" } });
    }
    expect((await api.get(`/v1/sessions/${id}`)).json).toMatchObject({ restarts: 2 });
    expect(fields(await api.get(`/v1/sessions/${id}`))["pid"]).not.toBe(pid);
    expect((await api.execute(id, "echo [$x]")).stdout).toBe("[]\n");
  });

  it("POST /v1/sessions/{id}/fork", async () => {
    const { id } = await api.session("python");
    await api.execute(id, "x = 41");
    const forked = await api.post(`/v1/sessions/${id}/fork`, { ids: ["fork-a", "fork-b"] });
    expect(forked.status).toBe(201);
    expect(items(forked).map((one) => one["id"])).toEqual(["fork-a", "fork-b"]);
    expect((await api.execute("fork-b", "x + 1")).result?.value).toBe(42);
    expect(items(await api.post(`/v1/sessions/${id}/fork`, { count: 2 }))).toHaveLength(2);
  });
});

describe("executions", () => {
  it("POST /v1/sessions/{id}/executions", async () => {
    const { id } = await api.session("python");
    const execution = await api.execute(id, "import sys\nprint(input(), sys.argv[1:])\n(1, 2)", {
      stdin: "given\n",
      timeoutMs: 60_000,
    });
    expect(execution).toMatchObject({
      sessionId: id,
      status: "ok",
      stdout: "given []\n",
      stdoutBytes: 9,
      truncated: false,
      sessionState: "kept",
      result: { repr: "(1, 2)", value: { $type: "tuple", items: [1, 2] } },
    });
    const raised = await api.execute(id, "1/0");
    expect(raised).toMatchObject({
      status: "error",
      error: { name: "ZeroDivisionError", traceback: [{ line: 1 }] },
    });
    await api.execute(id, "state = 1");
    await api.execute(id, "state = 2; raise Exception()", { onError: "rollback" });
    expect((await api.execute(id, "state")).result?.value).toBe(1);
    const exited = await api.execute(id, "import os; os._exit(42)");
    expect(exited).toMatchObject({ status: "lost", exitCode: 42, sessionState: "lost" });
    const bash = (await api.session("bash")).id;
    const path = `/v1/sessions/${bash}/executions`;
    expect((await api.post(path, { code: "sleep 100", background: true })).status).toBe(202);
    expect(await api.execute(bash, "(exit 3)")).toMatchObject({ status: "ok", exitCode: 3 });
    const shell = { code: "echo $HERE; pwd", env: { HERE: "there" }, cwd: "/usr" };
    expect(fields(await api.post(path, shell))["stdout"]).toBe("there\n/usr\n");
    const exact = await api.post(`${path}?encoding=base64`, { code: String.raw`printf '\377\n'` });
    expect(fields(exact)["stdout"]).toBe("/wo=");
  });

  it("POST /v1/sessions/{id}/executions with Idempotency-Key", async () => {
    const { id } = await api.session("bash");
    const path = `/v1/sessions/${id}/executions`;
    const send = (code: string) =>
      api.request("POST", path, { body: { code }, headers: { "idempotency-key": "k" } });
    const first = await send("echo $((++n))");
    expect(fields(await send("echo $((++n))"))["id"]).toBe(fields(first)["id"]);
    expect((await api.execute(id, "echo $n")).stdout).toBe("1\n");
    expect(seen(await send("echo other"))).toEqual([409, "idempotency_conflict"]);
  });

  it("POST /v1/sessions/{id}/executions as a stream", async () => {
    const { id } = await api.session("python");
    const stream = await api.follow(id, "print(1)\n2");
    expect(await types(stream)).toEqual(["started", "stdout", "result", "completed"]);
  });

  it("GET /v1/sessions/{id}/executions[/{eid}]", async () => {
    const { id } = await api.session("bash");
    for (const word of ["a", "b", "c"]) await api.execute(id, `echo ${word}`);
    const page = await api.get(`/v1/sessions/${id}/executions?limit=2`);
    expect(items(page).map((one) => one["code"])).toEqual(["echo b", "echo c"]);
    const cursor = String(fields(page)["nextCursor"]);
    const before = await api.get(`/v1/sessions/${id}/executions?limit=2&cursor=${cursor}`);
    expect(items(before).map((one) => one["code"])).toEqual(["echo a"]);
    const eid = String(items(before)[0]?.["id"]);
    const one = await api.get(`/v1/sessions/${id}/executions/${eid}`);
    expect(one.json).toMatchObject({ id: eid, stdout: "a\n", status: "ok" });
    const none = await api.get(`/v1/sessions/${id}/executions/none`);
    expect(seen(none)).toEqual([404, "execution_not_found"]);
  });

  it("GET /v1/sessions/{id}/executions/{eid}/events", async () => {
    const { id } = await api.session("bash");
    const execution = await api.execute(id, "echo a; echo b >&2");
    const path = `/v1/sessions/${id}/executions/${execution.id}/events`;
    expect((await types(await api.stream("GET", path))).at(-1)).toBe("completed");
    const after = await (await api.stream("GET", `${path}?after=1`)).rest();
    expect(after[0]?.id).toBe("2");
    const headers = { "last-event-id": "2" };
    const resumed = await (await api.stream("GET", path, { headers })).rest();
    expect(resumed[0]?.id).toBe("3");
    const exact = await (await api.stream("GET", `${path}?encoding=base64&after=1`)).rest();
    expect(exact[0]?.data).toHaveProperty("base64");
  });

  it("POST …/executions/{eid}/input, /interrupt, /kill", async () => {
    const { id } = await api.session("python");
    const asking = await api.follow(id, "input('name? ')", { allowInput: true });
    expect((await asking.until("input_request")).data).toMatchObject({ prompt: "name? " });
    const of = (stream: EventReader, what: string, body?: object) =>
      api.post(`/v1/sessions/${id}/executions/${stream.executionId}/${what}`, body);
    expect((await of(asking, "input", { data: "Ada" })).status).toBe(202);
    expect((await asking.until("result")).data["value"]).toBe("Ada");
    const endless = await api.follow(id, "print('on', flush=True)\nwhile True: pass");
    await endless.until("stdout");
    expect((await of(endless, "interrupt")).status).toBe(202);
    expect((await endless.until("completed")).data["status"]).toBe("interrupted");
    const killed = await api.follow(id, "print('on', flush=True)\nwhile True: pass");
    await killed.until("stdout");
    expect((await of(killed, "kill", { signal: "SIGTERM" })).status).toBe(202);
    expect((await killed.until("completed")).data).toMatchObject({
      status: "lost",
      signal: "SIGTERM",
    });
    expect(seen(await of(killed, "input", { data: "late" }))).toEqual([409, "input_not_expected"]);
  });

  it("POST /v1/run", async () => {
    const body = { runtime: "bash", code: "echo once", timeoutMs: 60_000 };
    expect((await api.post("/v1/run", body)).json).toMatchObject({
      stdout: "once\n",
      status: "ok",
    });
    const stream = await api.stream("POST", "/v1/run", { body, headers: events });
    expect(await types(stream)).toEqual(["started", "stdout", "completed"]);
    const runs = items(await api.get("/v1/sessions?limit=1000")).filter(
      ({ labels }) => (labels as Fields)["purpose"] === "run",
    );
    expect(runs).toEqual([]);
  });
});

describe("state", () => {
  it("POST, GET /v1/sessions/{id}/checkpoints, GET, DELETE /v1/checkpoints[/{id}], restore", async () => {
    const { id } = await api.session("python");
    await api.execute(id, "x = 1\nfile = open('/dev/null')");
    const made = await api.post(`/v1/sessions/${id}/checkpoints`, { name: "first" });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      sessionId: id,
      runtime: "python",
      skipped: [{ name: "file", reason: expect.any(String) }],
    });
    const checkpoint = String(fields(made)["id"]);
    const listed = items(await api.get(`/v1/sessions/${id}/checkpoints`));
    expect(listed.map((one) => one["id"])).toEqual([checkpoint]);
    expect(items(await api.get("/v1/checkpoints")).map((one) => one["id"])).toContain(checkpoint);
    await api.execute(id, "x = 2");
    const restored = await api.post(`/v1/sessions/${id}/restore`, { checkpointId: checkpoint });
    expect(restored).toMatchObject({ status: 200, json: { id, state: "idle" } });
    expect((await api.execute(id, "x")).result?.value).toBe(1);
    const other = (await api.session("python", { restore: checkpoint })).id;
    expect((await api.execute(other, "x")).result?.value).toBe(1);
    expect((await api.get(`/v1/checkpoints/${checkpoint}`)).json).toEqual(made.json);
    expect((await api.request("DELETE", `/v1/checkpoints/${checkpoint}`)).status).toBe(204);
    const gone = await api.get(`/v1/checkpoints/${checkpoint}`);
    expect(seen(gone)).toEqual([404, "checkpoint_not_found"]);
  });

  it("GET /v1/sessions/{id}/variables[/{name}]", async () => {
    const { id } = await api.session("python");
    await api.execute(id, "x = {'a': 1}");
    const [variable] = items(await api.get(`/v1/sessions/${id}/variables`));
    expect(variable).toMatchObject({ name: "x", type: "dict", repr: "{'a': 1}" });
    expect(variable?.["sizeBytes"]).toBeGreaterThan(0);
    expect((await api.get(`/v1/sessions/${id}/variables/x`)).json).toMatchObject({
      value: { a: 1 },
    });
  });

  it("POST /v1/sessions/{id}/complete, /inspect", async () => {
    const { id } = await api.session("python");
    await api.execute(id, "number = 1");
    const completed = await api.post(`/v1/sessions/${id}/complete`, { code: "numb", cursor: 4 });
    expect(completed.json).toMatchObject({ matches: ["number"], start: 0, end: 4 });
    const inspected = await api.post(`/v1/sessions/${id}/inspect`, { code: "len", cursor: 3 });
    expect(inspected.json).toMatchObject({
      mime: { "text/plain": expect.stringContaining("len") },
    });
    const bash = (await api.session("bash")).id;
    const lacking = await api.post(`/v1/sessions/${bash}/complete`, { code: "l", cursor: 1 });
    expect(seen(lacking)).toEqual([501, "feature_unsupported"]);
  });

  it("GET, PUT, DELETE /v1/sessions/{id}/files, GET …/files/list", async () => {
    const { id } = await api.session("bash");
    await api.execute(id, 'cd "$(mktemp -d)"');
    const path = `/v1/sessions/${id}/files`;
    const put = await api.request("PUT", `${path}?path=a/b&parents=true`, {
      rawBody: "raw\0bytes",
    });
    expect(put.status).toBe(201);
    expect((await api.execute(id, "wc -c < a/b")).stdout.trim()).toBe("9");
    expect((await api.get(`${path}?path=a/b`)).text).toBe("raw\0bytes");
    expect(items(await api.get(`${path}/list?path=a`))).toMatchObject([
      { name: "b", type: "file" },
    ]);
    expect((await api.request("DELETE", `${path}?path=a&recursive=true`)).status).toBe(204);
    expect(seen(await api.get(`${path}?path=a/b`))).toEqual([404, "file_not_found"]);
  });

  it("WS /v1/sessions/{id}/channel", async () => {
    const { id } = await api.session("bash");
    await using client = await ChannelClient.open(api.url, id);
    const messages = await client.execute("e1", "echo hello");
    expect(messages.map(({ type }) => type)).toEqual(["started", "output", "completed"]);
  });
});

describe("the server", () => {
  it("GET /v1/runtimes, /v1/pool", async () => {
    const runtimes = items(await api.get("/v1/runtimes"));
    expect(runtimes.map(({ name }) => name)).toEqual(expect.arrayContaining(["bash", "python"]));
    expect(runtimes[0]).toMatchObject({ version: expect.any(String), features: expect.any(Array) });
    expect((await api.get("/v1/pool")).json).toMatchObject({ size: expect.any(Number) });
  });

  it.each([
    ["/healthz", "application/json"],
    ["/readyz", "application/json"],
    ["/metrics", "text/plain"],
    ["/openapi.json", "application/json"],
    ["/docs", "text/html"],
    ["/", "text/html"],
  ])("GET %s", async (path, type) => {
    const answer = await api.get(path);
    expect([answer.status, answer.headers["content-type"]?.split(";")[0]]).toEqual([200, type]);
    expect(answer.text).not.toBe("");
  });

  it("answers errors as problems with a code", async () => {
    const { id } = await api.session("bash");
    for (const [answer, status, code] of [
      [await api.post("/v1/sessions", { runtime: 1 }), 400, "invalid_request"],
      [await api.get("/v1/nothing"), 404, "not_found"],
      [await api.request("PUT", "/v1/sessions"), 405, "method_not_allowed"],
      [
        await api.post(`/v1/sessions/${id}/executions`, { code: ":", timeoutMs: 0 }),
        400,
        "invalid_request",
      ],
    ] as const) {
      expect([answer.status, fields(answer)["code"]]).toEqual([status, code]);
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      expect(answer.json).toMatchObject({
        type: expect.any(String),
        title: expect.any(String),
        status,
        detail: expect.any(String),
      });
    }
  });

  it("needs the token where one is set, health excepted", async () => {
    await using own = await startServer({ env: { HOLDFAST_TOKEN: "t", HOLDFAST_LOG: "silent" } });
    const client = new ApiClient(own.url);
    expect(seen(await client.get("/v1/sessions"))).toEqual([401, "unauthorized"]);
    expect((await client.get("/healthz")).status).toBe(200);
    const headers = { authorization: "Bearer t" };
    expect((await client.request("GET", "/v1/sessions", { headers })).status).toBe(200);
  });
});
