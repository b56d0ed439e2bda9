import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { runtimeSchema } from "../schemas.ts";
import { json } from "./responses.ts";

const healthSchema = z
  .object({ status: z.literal("ok"), sessions: z.int() })
  .meta({ id: "Health" });

/** Liveness, readiness, and what can run here. */
export function addHealthRoutes(app: OpenAPIHono, { host }: AppContext): void {
  for (const path of ["/healthz", "/readyz"]) {
    app.openapi(
      createRoute({
        method: "get",
        path,
        summary: "Whether the server lives",
        responses: { 200: json(healthSchema, "It does") },
      }),
      (c) => c.json({ status: "ok" as const, sessions: host.size }, 200),
    );
  }
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/runtimes",
      summary: "What can run here",
      responses: { 200: json(z.object({ items: z.array(runtimeSchema) }), "The runtimes") },
    }),
    async (c) => {
      const infos = await Promise.all(host.runtimes.map((runtime) => runtime.inspect()));
      const items = infos.map((info) => ({
        name: info.name,
        available: info.isAvailable,
        version: info.isAvailable ? info.version : null,
        features: info.isAvailable ? [...info.features] : [],
        reason: info.isAvailable ? null : info.reason,
        install: info.isAvailable ? null : info.install,
      }));
      return c.json({ items }, 200);
    },
  );
}
