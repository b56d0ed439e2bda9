import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { staticFile } from "../static-file.ts";
import { version } from "../version.ts";

const assets: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css",
  "swagger-ui-bundle.js": "text/javascript",
};
/** Where the page and its files are. */
export const documentPaths: readonly string[] = [
  "/docs",
  "/docs/start.js",
  ...Object.keys(assets).map((name) => `/docs/${name}`),
];

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdfast: HTTP reference</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`;
// With the token that the console page was given, where one is needed.
const start = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  validatorUrl: null,
  requestInterceptor(request) {
    const token = sessionStorage.getItem("holdfast-token");
    if (token !== null) request.headers.authorization ??= "Bearer " + token;
    return request;
  },
});
`;
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The OpenAPI document, and a page of it that loads nothing from elsewhere. */
export function addDocumentRoutes(app: OpenAPIHono): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    description: "Needed when the server was started with HOLDFAST_TOKEN",
  });
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "Holdfast",
      version: version(),
      description: "Code-execution sessions that keep their state.",
      license: { name: "MIT", url: "https://spdx.org/licenses/MIT.html" },
    },
    servers: [{ url: "/" }],
    security: [{}, { token: [] }],
  });
  const headers = { "content-security-policy": policy, "x-content-type-options": "nosniff" };
  app.get("/docs", (c) => c.html(page, 200, headers));
  app.get("/docs/start.js", (c) =>
    c.body(start, 200, { ...headers, "content-type": "text/javascript" }),
  );
  const manifest = createRequire(import.meta.url).resolve("@holdfast/server/package.json");
  const folder = join(dirname(manifest), "dist", "swagger-ui");
  for (const [name, type] of Object.entries(assets))
    app.get(`/docs/${name}`, staticFile(join(folder, name), { "content-type": type }));
}
