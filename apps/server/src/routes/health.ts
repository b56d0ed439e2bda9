import { randomUUID } from "node:crypto";
import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { runtimeSchema } from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { version } from "../version.ts";
import { json, problems } from "./responses.ts";

const healthSchema = z
  .object({
    status: z.literal("ok"),
    version: z.string(),
    instanceId: z.string().meta({ description: "Of this server process: another one has another" }),
    sessions: z.int(),
    persistence: z.enum(["ok", "degraded", "none"]).meta({
      description:
        "Whether sessions and output are being kept; `degraded`: the disk refuses, and sessions go on",
    }),
  })
  .meta({ id: "Health" });

/** Liveness, readiness, and what can run here. */
export function addHealthRoutes(app: OpenAPIHono, { wholeHost: host }: AppContext): void {
  const about = { status: "ok" as const, version: version(), instanceId: randomUUID() };
  for (const [path, operationId, summary] of [
    ["/healthz", "getHealth", "Whether the server lives"],
    ["/readyz", "getReadiness", "Whether the server takes requests"],
  ] as const) {
    app.openapi(
      createRoute({
        method: "get",
        path,
        operationId,
        summary,
        responses: { 200: json(healthSchema, "It does"), ...problems },
      }),
      () => sendJson({ ...about, sessions: host.size, persistence: persistenceOf(host) }),
    );
  }
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/runtimes",
      operationId: "listRuntimes",
      summary: "What can run here",
      responses: {
        200: json(z.object({ items: z.array(runtimeSchema) }), "The runtimes"),
        ...problems,
      },
    }),
    async () => {
      const infos = await Promise.all(host.runtimes.map((runtime) => runtime.inspect()));
      const items = infos.map((info) => ({
        name: info.name,
        engine: info.engine ?? null,
        available: info.isAvailable,
        version: info.isAvailable ? info.version : null,
        features: info.isAvailable ? [...info.features] : [],
        reason: info.isAvailable ? null : info.reason,
        install: info.isAvailable ? null : info.install,
      }));
      return sendJson({ items });
    },
  );
}

function persistenceOf({ recording }: AppContext["wholeHost"]): "ok" | "degraded" | "none" {
  if (recording === null) return "none";
  return recording.isDegraded ? "degraded" : "ok";
}
