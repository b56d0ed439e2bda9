import { readFileSync } from "node:fs";
import { consoleAssets, consoleSecurityPolicy } from "@holdfast/console";
import type { OpenAPIHono } from "@hono/zod-openapi";

/** The console page and its files. */
export function addConsoleRoutes(app: OpenAPIHono): void {
  for (const { path, type, url } of consoleAssets) {
    const headers = {
      "content-type": type,
      "cache-control": "no-cache",
      "content-security-policy": consoleSecurityPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    };
    app.get(path, (c) => c.body(readFileSync(url), 200, headers));
  }
}
