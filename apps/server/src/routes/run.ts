import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { executionSchema, runSchema } from "../schemas.ts";
import { executionView } from "../views.ts";
import { body, json, problems } from "./responses.ts";
import { defined } from "./sessions.ts";

const query = z.object({ encoding: z.enum(["text", "base64"]).default("text") });

/** One-shot: a pristine session, the code, gone. */
export function addRunRoutes(app: OpenAPIHono, { host }: AppContext): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/run",
      summary: "Run code in a session of its own that ends with it",
      request: { query, body: body(runSchema) },
      responses: { 200: json(executionSchema, "The execution"), ...problems },
    }),
    async (c) => {
      const { runtime, code, ...options } = c.req.valid("json");
      const { session } = await host.create({ runtime, labels: { purpose: "run" } });
      try {
        const execution = session.execute(code, defined(options));
        const gone = () => execution.interrupt();
        c.req.raw.signal.addEventListener("abort", gone);
        await execution.ended;
        return c.json(executionView(execution, c.req.valid("query").encoding) as never, 200);
      } finally {
        await host.delete(session.id).catch(() => {}); // it may have been deleted by its id meanwhile
      }
    },
  );
}
