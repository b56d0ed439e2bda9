import { pythonRuntime } from "@holdfast/adapter-python";
import { Pool } from "@holdfast/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionSchema } from "./api-client.ts";
import { type TestServer, testServer } from "./test-server.ts";

let server: TestServer;
beforeAll(async () => void (server = await testServer()));
afterAll(() => server[Symbol.asyncDispose]());

const python = () => server.api.session("python");
const request = (method: string, path: string, body?: unknown) =>
  server.api.request(method, path, body === undefined ? {} : { body });

describe("POST /v1/sessions/{id}/fork", () => {
  it("answers 201 with sessions that have the whole state [R3.3]", async () => {
    const { id } = await python();
    await server.api.execute(id, "x = {'a': [1]}");
    const { status, json } = await request("POST", `/v1/sessions/${id}/fork`, {
      ids: [`${id}-1`, `${id}-2`],
    });
    expect(status).toBe(201);
    const { items, skipped } = json as { items: unknown[]; skipped: unknown[] };
    expect(skipped).toEqual([]);
    expect(items.map((one) => sessionSchema.loose().parse(one))).toMatchObject([
      { id: `${id}-1`, parentId: id, state: "idle" },
      { id: `${id}-2`, parentId: id, state: "idle" },
    ]);
    await server.api.execute(`${id}-1`, "x['a'].append(2)");
    const results = await Promise.all(
      [`${id}-1`, `${id}-2`, id].map((one) => server.api.execute(one, "x")),
    );
    expect(results.map(({ result }) => result?.repr)).toEqual([
      "{'a': [1, 2]}",
      "{'a': [1]}",
      "{'a': [1]}",
    ]);
  });

  it.each([
    [{ ids: ["../x"] }, 400, "invalid_request"],
    [{ count: 0 }, 400, "invalid_request"],
    [{ count: 1, ids: ["a", "b"] }, 400, "invalid_request"],
  ])("refuses %j", async (body, status, code) => {
    const { id } = await python();
    expect(await request("POST", `/v1/sessions/${id}/fork`, body)).toMatchObject({
      status,
      json: { code },
    });
  });
});

describe('an execution with onError: "rollback"', () => {
  it("leaves the state as it was when it fails [R8.3] [D12]", async () => {
    const { id } = await python();
    await server.api.execute(id, "x = [1]");
    const { json } = await request("POST", `/v1/sessions/${id}/executions`, {
      code: "x.append(2); 1/0",
      onError: "rollback",
    });
    expect(json).toMatchObject({ status: "error", sessionState: "restored" });
    expect((await server.api.execute(id, "x")).result?.repr).toBe("[1]");
  });

  it("is refused in the background, where nothing waits for its end", async () => {
    const { id } = await python();
    const body = { code: "1", onError: "rollback", background: true };
    expect(await request("POST", `/v1/sessions/${id}/executions`, body)).toMatchObject({
      status: 400,
      json: { code: "invalid_request" },
    });
  });
});

describe("checkpoints over HTTP", () => {
  it.each(["bash", "python"])(
    "of %s are taken, listed, restored and deleted [R7.3]",
    async (runtime) => {
      const { id } = await server.api.session(runtime);
      await server.api.execute(id, "x=1");
      const { status, json } = await request("POST", `/v1/sessions/${id}/checkpoints`, {
        name: "one",
      });
      expect([status, json]).toMatchObject([
        201,
        { sessionId: id, runtime, name: "one", skipped: [] },
      ]);
      const checkpoint = (json as { id: string }).id;
      await server.api.execute(id, "x=2");
      const show = runtime === "bash" ? "echo $x" : "print(x)";
      const restored = await request("POST", `/v1/sessions/${id}/restore`, {
        checkpointId: checkpoint,
      });
      expect(restored).toMatchObject({ status: 200, json: { id, state: "idle" } });
      expect((await server.api.execute(id, show)).stdout).toBe("1\n");
      const other = await server.api.session(runtime, { restore: checkpoint });
      expect((await server.api.execute(other.id, show)).stdout).toBe("1\n");
      const lost = await server.api.execute(
        id,
        runtime === "bash" ? "x=3; exit 4" : "x=3; import os; os._exit(4)",
      );
      expect(lost).toMatchObject({ status: "lost", exitCode: 4, sessionState: "restored" });
      expect((await server.api.execute(id, show)).stdout).toBe("1\n");
      const list = await request("GET", `/v1/sessions/${id}/checkpoints`);
      expect(list.json).toMatchObject({ items: [{ id: checkpoint }], nextCursor: null });
      expect((await request("DELETE", `/v1/checkpoints/${checkpoint}`)).status).toBe(204);
      expect(await request("GET", `/v1/checkpoints/${checkpoint}`)).toMatchObject({
        status: 404,
        json: { code: "checkpoint_not_found" },
      });
    },
  );

  it("of another runtime are refused, and the session is as it was [R7.3]", async () => {
    const [bash, other] = await Promise.all([server.api.session("bash"), python()]);
    const { json } = await request("POST", `/v1/sessions/${bash.id}/checkpoints`, {});
    await server.api.execute(other.id, "x = 1");
    const body = { checkpointId: (json as { id: string }).id };
    expect(await request("POST", `/v1/sessions/${other.id}/restore`, body)).toMatchObject({
      status: 400,
      json: { code: "checkpoint_invalid" },
    });
    expect((await server.api.execute(other.id, "x")).result?.repr).toBe("1");
  });
});

it("variables, completion and documentation are read and written over HTTP [R8.1]", async () => {
  const { id } = await python();
  const variables = `/v1/sessions/${id}/variables`;
  expect(
    (await request("PUT", `${variables}/x`, { value: [1, { $type: "tuple", items: [2] }] })).status,
  ).toBe(204);
  expect((await server.api.execute(id, "x")).result?.repr).toBe("[1, (2,)]");
  expect((await request("GET", variables)).json).toMatchObject({
    items: [{ name: "x", type: "list", repr: "[1, (2,)]" }],
  });
  expect((await request("GET", `${variables}/x`)).json).toMatchObject({
    value: [1, { $type: "tuple" }],
  });
  const at = `/v1/sessions/${id}`;
  expect((await request("POST", `${at}/complete`, { code: "isinst" })).json).toMatchObject({
    matches: ["isinstance"],
    start: 0,
    end: 6,
  });
  expect((await request("POST", `${at}/inspect`, { code: "len" })).json).toMatchObject({
    mime: { "text/plain": expect.stringContaining("len(") },
  });
  expect((await request("DELETE", `${variables}/x`)).status).toBe(204);
  expect(await request("GET", `${variables}/x`)).toMatchObject({
    status: 404,
    json: { code: "variable_not_found" },
  });
});

it("GET /v1/pool says what the pool has done and holds, and that there is none where there is none [R3.4] [S0-29] [S3-26]", async () => {
  const runtime = pythonRuntime();
  await using pool = new Pool({ runtimes: [runtime], minIdle: 2 });
  // What warm workers are started with is this process's locale.
  const locale = Object.entries(process.env).filter(([name]) => /^(?:LANG|LC_)/.test(name));
  const env = Object.fromEntries(locale) as Record<string, string>;
  await using pooled = await testServer({ pool }, { runtimes: pool.runtimes, env });
  await pool.warmedUp();
  await pooled.api.session("python");
  expect(await pooled.api.request("GET", "/v1/pool")).toMatchObject({
    status: 200,
    json: { acquisitions: 1, hits: 1, misses: 0, runtimes: { python: { minIdle: 2 } } },
  });
  expect(await request("GET", "/v1/pool")).toMatchObject({
    status: 501,
    json: { code: "feature_unsupported" },
  });
  await runtime.close?.();
});
