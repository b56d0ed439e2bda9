import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { killSchema, processSchema } from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { processView } from "../views.ts";
import { json, problems } from "./responses.ts";

const params = z.object({ id: z.string().max(200) });
const processParams = params.extend({ pid: z.coerce.number().int().min(1) });
const listSchema = z.object({ items: z.array(processSchema) }).meta({ id: "ProcessList" });

/** What a session has started, and the end of it. */
export function addProcessRoutes(app: OpenAPIHono, { session }: AppContext): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/processes",
      operationId: "listProcesses",
      summary: "The processes of a session, background jobs and daemons too",
      request: { params },
      responses: { 200: json(listSchema, "All"), ...problems },
    }),
    async (c) => {
      const processes = await session(c, c.req.valid("param").id).session.processes();
      return sendJson({ items: processes.map(processView) });
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/processes/{pid}/kill",
      operationId: "killProcess",
      summary: "Signal a process of a session",
      request: {
        params: processParams,
        body: { content: { "application/json": { schema: killSchema } } },
      },
      responses: { 202: { description: "It is signalled" }, ...problems },
    }),
    async (c) => {
      const { id, pid } = c.req.valid("param");
      await session(c, id).session.killProcess(pid, c.req.valid("json").signal);
      return c.body(null, 202);
    },
  );
}
