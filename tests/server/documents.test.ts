import { FakeRuntime } from "@holdfast/harness";
import { Host } from "@holdfast/core";
import { createApp } from "@holdfast/server";
import { describe, expect, it } from "vitest";

const app = createApp({ host: new Host({ runtimes: [new FakeRuntime()] }) });

describe("/openapi.json", () => {
  it("is OpenAPI 3.1 and has every route, with its problems, and schemas by name", async () => {
    const document = (await (await app.request("/openapi.json")).json()) as {
      openapi: string;
      paths: Record<
        string,
        Record<string, { responses: Record<string, unknown>; summary: string }>
      >;
      components: { schemas: Record<string, object> };
    };
    expect(document.openapi).toBe("3.1.0");
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.toSorted()).toEqual([
      "DELETE /v1/checkpoints/{id}",
      "DELETE /v1/sessions/{id}",
      "DELETE /v1/sessions/{id}/files",
      "DELETE /v1/sessions/{id}/variables",
      "DELETE /v1/sessions/{id}/variables/{name}",
      "GET /healthz",
      "GET /metrics",
      "GET /readyz",
      "GET /v1/checkpoints",
      "GET /v1/checkpoints/{id}",
      "GET /v1/pool",
      "GET /v1/runtimes",
      "GET /v1/sessions",
      "GET /v1/sessions/{id}",
      "GET /v1/sessions/{id}/channel",
      "GET /v1/sessions/{id}/checkpoints",
      "GET /v1/sessions/{id}/executions",
      "GET /v1/sessions/{id}/executions/{eid}",
      "GET /v1/sessions/{id}/executions/{eid}/events",
      "GET /v1/sessions/{id}/files",
      "GET /v1/sessions/{id}/files/list",
      "GET /v1/sessions/{id}/modules",
      "GET /v1/sessions/{id}/processes",
      "GET /v1/sessions/{id}/resources",
      "GET /v1/sessions/{id}/variables",
      "GET /v1/sessions/{id}/variables/{name}",
      "PATCH /v1/sessions/{id}",
      "POST /v1/run",
      "POST /v1/sessions",
      "POST /v1/sessions/{id}/checkpoints",
      "POST /v1/sessions/{id}/complete",
      "POST /v1/sessions/{id}/executions",
      "POST /v1/sessions/{id}/executions/{eid}/input",
      "POST /v1/sessions/{id}/executions/{eid}/interrupt",
      "POST /v1/sessions/{id}/executions/{eid}/kill",
      "POST /v1/sessions/{id}/fork",
      "POST /v1/sessions/{id}/inspect",
      "POST /v1/sessions/{id}/interrupt",
      "POST /v1/sessions/{id}/processes/{pid}/kill",
      "POST /v1/sessions/{id}/reset",
      "POST /v1/sessions/{id}/restart",
      "POST /v1/sessions/{id}/restore",
      "PUT /v1/sessions/{id}/files",
      "PUT /v1/sessions/{id}/variables/{name}",
    ]);
    for (const methods of Object.values(document.paths))
      for (const { summary } of Object.values(methods)) expect(summary).not.toBe("");
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(["Session", "Execution", "ExecutionResult", "Problem", "Runtime"]),
    );
    const references = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    for (const [, name = ""] of references)
      expect(document.components.schemas).toHaveProperty(name);
  });
});

describe("pages", () => {
  it.each(["/", "/docs"])(
    "%s loads nothing from elsewhere and allows no inline script",
    async (path) => {
      const response = await app.request(path);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toMatch(/^text\/html/);
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      const page = await response.text();
      expect(page).not.toMatch(/https?:\/\//);
      expect(page).not.toMatch(/<script(?![^>]* src=)/);
      const files = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file = ""]) => file);
      expect(files.length).toBeGreaterThan(1);
      for (const file of files) {
        const answer = await app.request(file);
        expect([file, answer.status]).toEqual([file, 200]);
        expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(10);
      }
    },
  );

  it("are not sent again to a browser that has them", async () => {
    const etag = (await app.request("/")).headers.get("etag") ?? "";
    const again = await app.request("/", { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });
});

it("each answer has an id of its own, the same that onRequest is told [D34]", async () => {
  const told: string[] = [];
  await using host = new Host({ runtimes: [] });
  const logged = createApp({
    host,
    onRequest: ({ id, status, path }) => told.push(`${id} ${status} ${path}`),
  });
  const ids = await Promise.all(
    ["/healthz", "/nothing", "/v1/sessions"].map(async (path) => {
      const response = await logged.request(path);
      return `${response.headers.get("x-request-id")} ${response.status} ${path}`;
    }),
  );
  expect(new Set(ids.map((id) => id.split(" ")[0])).size).toBe(3);
  expect(told.toSorted()).toEqual(ids.toSorted());
});
