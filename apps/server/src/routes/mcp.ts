import { createClient } from "@holdfast/client";
import { createMcpHttpHandler } from "@holdfast/mcp";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { version } from "../version.ts";

/** No name of a token is empty. */
const nobody = "";

/** The Model Context Protocol over streamable HTTP. What its tools do goes through the app itself, as the caller. */
export function addMcpRoutes(app: OpenAPIHono): void {
  // By who they are: one token can be written in many ways, and where none is needed anything can stand in its place.
  const callers = new WeakMap<Request, string>();
  const handler = createMcpHttpHandler({
    version: version(),
    caller: (request) => callers.get(request) ?? nobody,
    client: (request) =>
      createClient({
        baseUrl: new URL(request.url).origin,
        headers: { authorization: authorization(request) },
        fetch: (own) => app.fetch(own),
      }),
  });
  app.on(["GET", "POST", "DELETE"], "/mcp", (c) => {
    callers.set(c.req.raw, c.get("tenant").name ?? nobody);
    return handler.fetch(c.req.raw);
  });
}

function authorization(request: Request): string {
  return request.headers.get("authorization") ?? "";
}
