import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionSchema } from "./api-client.ts";
import { type TestServer, testServer } from "./test-server.ts";

let server: TestServer;
beforeAll(async () => void (server = await testServer()));
afterAll(() => server[Symbol.asyncDispose]());

const problem = (code: string, status: number) =>
  expect.objectContaining({ code, status, type: `urn:holdfast:error:${code}` });

describe.each(["bash", "python"])("a %s session over HTTP", (runtime) => {
  it("POST /v1/sessions answers 201 with the session as HTTP promises it [R3.1] [S2-11] [S2-21]", async () => {
    const { status, json } = await server.api.post("/v1/sessions", {
      runtime,
      id: `made-${runtime}`,
      labels: { team: "a" },
    });
    expect(status).toBe(201);
    expect(sessionSchema.parse(json)).toMatchObject({
      id: `made-${runtime}`,
      runtime,
      state: "idle",
      restarts: 0,
      executionCount: 0,
      labels: { team: "a" },
    });
  });

  it("keeps its state from one execution to the next [R3.1]", async () => {
    const { id } = await server.api.session(runtime);
    await server.api.execute(id, "x=41");
    const { stdout } = await server.api.execute(
      id,
      runtime === "bash" ? "echo $((x+1))" : "print(x+1)",
    );
    expect(stdout).toBe("42\n");
  });

  it("is apart from another one: variables, environment and directory [R3.3] [S4-22]", async () => {
    const [one, two] = await Promise.all([
      server.api.session(runtime, { env: { NAME: "one" }, cwd: "/usr" }),
      server.api.session(runtime, { env: { NAME: "two" }, cwd: "/tmp" }),
    ]);
    const [set, show] =
      runtime === "bash"
        ? ["mine=1", 'echo "${mine-unset} $NAME $PWD"']
        : [
            "mine=1",
            "import os; print(globals().get('mine', 'unset'), os.environ['NAME'], os.getcwd())",
          ];
    await server.api.execute(one.id, set);
    const [first, second] = await Promise.all([
      server.api.execute(one.id, show),
      server.api.execute(two.id, show),
    ]);
    expect([first.stdout, second.stdout]).toEqual(["1 one /usr\n", "unset two /tmp\n"]);
  });

  it("DELETE ends it, then the id is gone for good, not unknown [D39]", async () => {
    const { id } = await server.api.session(runtime);
    expect(await server.api.request("DELETE", `/v1/sessions/${id}`)).toMatchObject({
      status: 204,
      text: "",
    });
    const { status, json } = await server.api.get(`/v1/sessions/${id}`);
    expect([status, json]).toEqual([410, problem("session_closed", 410)]);
    const never = await server.api.get("/v1/sessions/never-was");
    expect([never.status, never.json]).toEqual([404, problem("session_not_found", 404)]);
  });

  it.each(["restart", "reset"])("POST …/%s gives it a fresh worker [R2.1]", async (action) => {
    const { id, pid } = await server.api.session(runtime);
    await server.api.execute(id, "x=41");
    const { status, json } = await server.api.post(`/v1/sessions/${id}/${action}`);
    expect(status).toBe(200);
    const after = sessionSchema.parse(json);
    expect(after).toMatchObject({ id, state: "idle", restarts: 1 });
    expect(after.pid).not.toBe(pid);
    const { stdout } = await server.api.execute(
      id,
      runtime === "bash" ? 'echo "${x-unset}"' : "print(globals().get('x', 'unset'))",
    );
    expect(stdout).toBe("unset\n");
  });
});

it("POST /v1/sessions with an id that is taken answers 409 session_exists", async () => {
  await server.api.session("bash", { id: "taken" });
  const { status, json } = await server.api.post("/v1/sessions", { runtime: "bash", id: "taken" });
  expect([status, json]).toEqual([409, problem("session_exists", 409)]);
});

it("POST /v1/sessions with an unknown runtime answers 400 and names those there are", async () => {
  const { status, json } = await server.api.post("/v1/sessions", { runtime: "cobol" });
  expect([status, json]).toEqual([400, problem("unknown_runtime", 400)]);
  expect(json).toMatchObject({ received: "cobol", allowed: ["bash", "python"] });
});

it("GET /v1/sessions filters by runtime and state and pages by cursor, also when sessions go", async () => {
  await using own = await testServer();
  const ids: string[] = [];
  for (const runtime of ["bash", "bash", "python", "bash"])
    ids.push((await own.api.session(runtime)).id);
  const list = async (query: string) => {
    const { json } = await own.api.get(`/v1/sessions?${query}`);
    const { items, nextCursor } = json as { items: { id: string }[]; nextCursor: string | null };
    return { ids: items.map(({ id }) => id), nextCursor };
  };
  expect(await list("")).toEqual({ ids, nextCursor: null });
  expect((await list("runtime=python")).ids).toEqual([ids[2]]);
  expect((await list("state=busy")).ids).toEqual([]);
  const first = await list("limit=2");
  expect(first.ids).toEqual(ids.slice(0, 2));
  await own.api.request("DELETE", `/v1/sessions/${ids[1]}`);
  expect(await list(`limit=2&cursor=${first.nextCursor}`)).toEqual({
    ids: ids.slice(2),
    nextCursor: null,
  });
  expect((await own.api.get("/v1/sessions?cursor=junk")).json).toEqual(
    problem("invalid_request", 400),
  );
});

it("PATCH changes labels and timeouts; reading does not extend a session's life, using it does [D39]", async () => {
  const { id, expiresAt } = await server.api.session("bash");
  const patched = await server.api.request("PATCH", `/v1/sessions/${id}`, {
    body: { labels: { a: "b" }, idleTimeoutMs: 60_000, executionTimeoutMs: 50 },
  });
  const session = sessionSchema.parse(patched.json);
  expect(session.labels).toEqual({ a: "b" });
  expect(session.expiresAt).not.toBe(expiresAt);
  const read = sessionSchema.parse((await server.api.get(`/v1/sessions/${id}`)).json);
  expect(read.expiresAt).toBe(session.expiresAt);
  const slow = await server.api.execute(id, "sleep 30");
  expect(slow.status).toBe("timeout");
  const used = sessionSchema.parse((await server.api.get(`/v1/sessions/${id}`)).json);
  expect(Date.parse(used.expiresAt ?? "")).toBeGreaterThan(Date.parse(session.expiresAt ?? ""));
});

it("POST …/interrupt stops what runs and keeps the state [R1.7]", async () => {
  const { id } = await server.api.session("python");
  const stream = await server.api.follow(id, "x = 1\nprint('on', flush=True)\nwhile True: pass");
  await stream.until("stdout");
  expect((await server.api.post(`/v1/sessions/${id}/interrupt`)).status).toBe(200);
  const { data } = await stream.until("completed");
  expect(data).toMatchObject({ status: "interrupted", sessionState: "kept" });
  expect((await server.api.execute(id, "x")).result?.repr).toBe("1");
});

it("a session that is over the limit is refused with 429 and Retry-After [A68]", async () => {
  await using own = await testServer({}, { maxSessions: 1 });
  await own.api.session("bash");
  const { status, headers, json } = await own.api.post("/v1/sessions", { runtime: "bash" });
  expect([status, json]).toEqual([429, problem("too_many_sessions", 429)]);
  expect(headers["retry-after"]).toBe("1");
});

it("an idle session expires, and the id answers 410 session_expired [R5.2] [S2-30] [S4-18]", async () => {
  await using own = await testServer({}, { idleTimeoutMs: 20, idleCheckIntervalMs: 5 });
  const { id } = await own.api.session("bash");
  let answer = await own.api.get(`/v1/sessions/${id}`);
  while (answer.status === 200) answer = await own.api.get(`/v1/sessions/${id}`);
  expect([answer.status, answer.json]).toEqual([410, problem("session_expired", 410)]);
});

it("GET /v1/runtimes tells what can run here, with versions and features", async () => {
  const { status, json } = await server.api.get("/v1/runtimes");
  expect(status).toBe(200);
  expect(json).toEqual({
    items: [
      expect.objectContaining({
        name: "bash",
        available: true,
        version: expect.stringMatching(/^\d/),
      }),
      expect.objectContaining({
        name: "python",
        available: true,
        features: expect.arrayContaining(["results"]),
      }),
    ],
  });
});
