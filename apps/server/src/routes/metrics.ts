import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { hostMetrics } from "../metrics/host-metrics.ts";
import { processMetrics } from "../metrics/process-metrics.ts";
import { resourcesSchema } from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { json, problems } from "./responses.ts";

/** What is used: by one session, and in all for Prometheus. */
export function addMetricsRoutes(app: OpenAPIHono, { wholeHost: host, session }: AppContext): void {
  const counted = processMetrics();
  app.openapi(
    createRoute({
      method: "get",
      path: "/metrics",
      operationId: "getMetrics",
      summary: "Metrics in the text format of Prometheus",
      responses: {
        200: {
          description: "All metrics",
          content: { "text/plain": { schema: z.string() } },
        },
        ...problems,
      },
    }),
    async (c) => {
      const present = await hostMetrics(host);
      const text = `${await present.metrics()}\n${await counted.metrics()}`;
      return c.text(text, 200, { "content-type": counted.contentType });
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/resources",
      operationId: "getResources",
      summary: "What a session's processes use now",
      request: { params: z.object({ id: z.string().max(200) }) },
      responses: { 200: json(resourcesSchema, "All zero without a process"), ...problems },
    }),
    async (c) => {
      const usage = await session(c, c.req.valid("param").id).session.resources();
      return sendJson(usage ?? nothing);
    },
  );
}

const nothing = {
  cpuMs: 0,
  memoryBytes: 0,
  memoryKind: "pss" as const,
  processes: 0,
  threads: 0,
  descriptors: 0,
};
