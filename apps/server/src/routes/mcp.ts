import { createClient } from "@holdfast/client";
import { createMcpHttpHandler } from "@holdfast/mcp";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { version } from "../version.ts";

/** The Model Context Protocol over streamable HTTP. What its tools do goes through the app itself, as the caller. */
export function addMcpRoutes(app: OpenAPIHono): void {
  const handler = createMcpHttpHandler({
    version: version(),
    caller: authorization,
    client: (request) =>
      createClient({
        baseUrl: new URL(request.url).origin,
        headers: { authorization: authorization(request) },
        fetch: (own) => app.fetch(own),
      }),
  });
  app.on(["GET", "POST", "DELETE"], "/mcp", (c) => handler.fetch(c.req.raw));
}

function authorization(request: Request): string {
  return request.headers.get("authorization") ?? "";
}
