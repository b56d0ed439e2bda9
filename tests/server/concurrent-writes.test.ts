import { expect, it } from "vitest";
import { sessionSchema } from "./api-client.ts";
import { testServer } from "./test-server.ts";

it("100 writes to a session at once are all kept while others read and change its options [D35] [D36] [S4-17] [S4-21]", async () => {
  await using server = await testServer();
  const { id } = await server.api.session("python");
  const path = `/v1/sessions/${id}`;
  await server.api.execute(id, "seen = []");
  const write = async (index: number) => {
    const { status } = await server.api.execute(id, `seen.append(${index})`);
    expect(status).toBe("ok");
  };
  const read = async () => {
    expect((await server.api.get(path)).status).toBe(200);
    expect((await server.api.get(`${path}/executions?limit=10`)).status).toBe(200);
  };
  const change = async (index: number) => {
    const body = { labels: { index: String(index) }, idleTimeoutMs: 600_000 + index };
    expect((await server.api.request("PATCH", path, { body })).status).toBe(200);
  };
  const each = Array.from({ length: 100 }, (_, index) => index);
  await Promise.all(each.flatMap((index) => [write(index), read(), change(index)]));
  const { result } = await server.api.execute(id, "sorted(seen) == list(range(100))");
  expect(result?.value).toBe(true);
  await change(100);
  const session = sessionSchema.parse((await server.api.get(path)).json);
  expect(session).toMatchObject({ labels: { index: "100" }, executionCount: 102, restarts: 0 });
});
