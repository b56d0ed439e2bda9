import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { OpenAPIHono } from "@hono/zod-openapi";

const title = "Holdfast";
const assets: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css",
  "swagger-ui-bundle.js": "text/javascript",
};
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}: reference</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"><div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></html>`;
const start = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#reference", validatorUrl: null });`;

/** The OpenAPI document, and a page of it that loads nothing from elsewhere. */
export function addDocumentRoutes(app: OpenAPIHono): void {
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title,
      version: "1",
      description: "Code-execution sessions that keep their state.",
      license: { name: "MIT" },
    },
  });
  const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  app.get("/docs", (c) => c.html(page));
  app.get("/docs/start.js", (c) => c.body(start, 200, { "content-type": "text/javascript" }));
  for (const [name, type] of Object.entries(assets)) {
    app.get(`/docs/${name}`, (c) =>
      c.body(readFileSync(join(folder, name)), 200, { "content-type": type }),
    );
  }
}
