import { consoleAssets, consoleSecurityPolicy } from "@holdfast/console";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { staticFile } from "../static-file.ts";

/** Where its files are. */
export const consolePaths: readonly string[] = consoleAssets.map(({ path }) => path);

/** The console page and its files. */
export function addConsoleRoutes(app: OpenAPIHono): void {
  for (const { path, type, url } of consoleAssets) {
    app.get(
      path,
      staticFile(url, { "content-type": type, "content-security-policy": consoleSecurityPolicy }),
    );
  }
}
