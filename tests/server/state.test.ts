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
