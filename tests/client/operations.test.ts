import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@holdfast/client";
import { collect } from "@holdfast/harness";
import { expect, it } from "vitest";
import { testServer } from "../server/test-server.ts";
import { openApiDocument } from "../support/openapi-document.ts";

// The framed protocol itself, for programs that have a codec of it.
const operationsOfOthers = ["GET /v1/sessions/{id}/channel"];
// A connection that breaks is resumed, so it must not interrupt; `interruptOnAbort` is what takes its place.
const parametersOfOthers = [
  "POST /v1/sessions/{id}/executions ?onDisconnect",
  "GET /v1/sessions/{id}/executions/{eid}/events ?onDisconnect",
];

it("HoldfastClient reaches every operation of the OpenAPI document, and every parameter of their queries [S0-81]", async () => {
  await using server = await testServer();
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "client-"));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const operations = new Map(
    Object.entries((await openApiDocument()).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters }]) => [
        `${method.toUpperCase()} ${path}`,
        parameters.filter((one) => one.in === "query").map(({ name }) => name),
      ]),
    ),
  );
  const reached = new Set<string>();
  const client = createClient({
    baseUrl: `http://127.0.0.1:${server.port}`,
    fetch: (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const operation = operationOf([...operations.keys()], `${request.method} ${pathname}`);
      reached.add(operation);
      for (const name of searchParams.keys()) reached.add(`${operation} ?${name}`);
      return fetch(request);
    },
  });

  await client.health();
  await client.ready();
  await client.metrics();
  expect(await client.runtimes()).toContainEqual(
    expect.objectContaining({ name: "python", available: true }),
  );
  await expect(client.pool()).rejects.toMatchObject({ code: "feature_unsupported" });
  expect(await client.run({ runtime: "bash", code: "echo once" })).toMatchObject({
    stdout: "once\n",
  });

  const session = await client.sessions.create({
    runtime: "python",
    labels: { purpose: "test" },
    cwd: folder,
  });
  expect(await client.sessions.get(session.id)).toMatchObject({ labels: { purpose: "test" } });
  expect((await client.sessions.list({ runtime: "python" }).page()).items).toHaveLength(1);
  expect(await session.update({ labels: { purpose: "other" } })).toMatchObject({
    labels: { purpose: "other" },
  });
  expect(await session.resources()).toMatchObject({ processes: expect.any(Number) as number });

  const noted = session.execute("1", { heartbeats: true });
  for await (const event of noted) expect(event.seq).toBeGreaterThan(0);
  await session.execution(await noted.id, { heartbeats: true });
  const execution = session.execute("import json; x = (1, 2); input('? ')", { allowInput: true });
  for await (const event of execution)
    if (event.type === "input_request") await execution.input("yes");
  expect(await execution.details()).toMatchObject({ result: { value: "yes" } });
  for await (const event of session.execution(await execution.id))
    if (event.type === "result") expect(event.value).toBe("yes");
  expect(await collect(session.executions({ limit: 1 }))).toMatchObject([
    { id: await execution.id, status: "ok" },
    { id: await noted.id, status: "ok" },
  ]);

  const { variables } = session;
  expect(await variables.list()).toContainEqual(expect.objectContaining({ name: "x" }));
  await variables.set("y", [1, { two: 2 }]);
  expect((await variables.get("y")).value).toEqual([1, { two: 2 }]);
  await variables.delete("y");
  await expect(variables.get("y")).rejects.toMatchObject({ code: "variable_not_found" });
  expect((await session.modules()).map(({ name }) => name)).toContain("json");
  expect((await session.complete("json.lo")).matches).toContain("loads");
  expect((await session.inspect("len")).mime?.["text/plain"]).toContain("len");

  const { files, processes } = session;
  await files.makeDirectory("data");
  expect(await files.write("data/one.txt", "one")).toMatchObject({ name: "one.txt", sizeBytes: 3 });
  expect(await files.readText("data/one.txt")).toBe("one");
  await files.write("data/two.txt", "two");
  expect((await collect(files.list("data", { limit: 1 }))).map(({ name }) => name)).toEqual([
    "one.txt",
    "two.txt",
  ]);
  await files.delete("data", { recursive: true });
  expect(await processes.list()).not.toEqual([]);
  await expect(processes.kill(1)).rejects.toMatchObject({ code: "process_not_found" });

  const checkpoint = await session.checkpoint({ name: "kept" });
  const second = await session.checkpoint({ name: "kept too" });
  expect(await collect(session.checkpoints({ limit: 1 }))).toEqual([second, checkpoint]);
  expect(await collect(client.checkpoints.list({ limit: 1 }))).toEqual([second, checkpoint]);
  expect(await client.checkpoints.get(checkpoint.id)).toEqual(checkpoint);
  await variables.clear();
  await session.restore(checkpoint.id);
  const { sessions: forks } = await session.fork({ count: 2 });
  expect(await Promise.all(forks.map((fork) => fork.execute("x")))).toEqual([
    expect.objectContaining({ result: expect.objectContaining({ repr: "(1, 2)" }) as object }),
    expect.objectContaining({ result: expect.objectContaining({ repr: "(1, 2)" }) as object }),
  ]);
  expect(await collect(client.sessions.list({ state: "idle", limit: 1 }))).toHaveLength(3);
  await client.checkpoints.delete(checkpoint.id);

  for (const end of ["interrupt", "kill"] as const) {
    const endless = session.execute("while True: pass");
    for await (const event of endless) if (event.type === "started") await endless[end]();
    expect((await endless).status).toBe(end === "kill" ? "lost" : "interrupted");
  }
  await session.interrupt();
  await session.restart();
  await session.reset();
  await session.delete();
  await expect(session.info()).rejects.toMatchObject({ code: "session_closed", status: 410 });

  const parameters = [...operations].flatMap(([operation, names]) =>
    names.map((name) => `${operation} ?${name}`),
  );
  const isForgotten = (one: string) => !reached.has(one);
  expect([...operations.keys()].filter(isForgotten)).toEqual(operationsOfOthers);
  expect(parameters.filter(isForgotten).toSorted()).toEqual(parametersOfOthers.toSorted());
});

/** Which operation a request is of; `/files/list` is no file, so the one with fewest parameters in its path. */
function operationOf(operations: readonly string[], request: string): string {
  const matches = operations.filter((operation) =>
    new RegExp(`^${operation.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(request),
  );
  return (
    matches.toSorted((a, b) => a.split("{").length - b.split("{").length)[0] ??
    `${request}: unknown`
  );
}
