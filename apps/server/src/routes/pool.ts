import { HoldfastError } from "@holdfast/core";
import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { sendJson } from "../send-json.ts";
import { json, problems } from "./responses.ts";

const durations = z.object({ count: z.int(), totalMs: z.number(), maxMs: z.number() });
const poolSchema = z
  .object({
    acquisitions: z.int(),
    hits: z.int(),
    misses: z.int(),
    hitRate: z.number(),
    refused: z.int(),
    timedOut: z.int(),
    cancelled: z.int(),
    failed: z.int(),
    waits: durations,
    warmUps: durations,
    warmUpFailures: z.int(),
    created: z.int(),
    discarded: z.record(z.string(), z.int()),
    size: z.int(),
    idle: z.int(),
    warm: z.int(),
    kept: z.int(),
    leased: z.int(),
    starting: z.int(),
    resetting: z.int(),
    ending: z.int(),
    waiting: z.int(),
    runtimes: z.record(
      z.string(),
      z.object({
        minIdle: z.int(),
        warm: z.int(),
        warming: z.int(),
        failures: z.int(),
        isBackingOff: z.boolean(),
        lastError: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "Pool" });

/** What the pool of warm workers has done and holds. */
export function addPoolRoutes(app: OpenAPIHono, { pool }: AppContext): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/pool",
      operationId: "getPool",
      summary: "Statistics of the pool of warm workers",
      responses: { 200: json(poolSchema, "What it has done and holds"), ...problems },
    }),
    () => {
      if (pool !== null) return sendJson({ ...pool.statistics });
      throw new HoldfastError({
        code: "feature_unsupported",
        message: "pool: this server has none; every worker is started for its session",
        details: { feature: "pool" },
      });
    },
  );
}
