import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { TenantHost } from "../access/tenant-host.ts";
import type { AppContext } from "../app-options.ts";
import { checkpointSchema, idSchema, sessionSchema, skippedSchema } from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { checkpointView, sessionView } from "../views.ts";
import { body, json, problems } from "./responses.ts";
import { defined } from "./sessions.ts";

const sessionParams = z.object({ id: z.string().max(200) });
const checkpointParams = z.object({ id: z.string().max(200) });
const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(500).optional(),
});
const pageSchema = z
  .object({ items: z.array(checkpointSchema), nextCursor: z.string().nullable() })
  .meta({ id: "CheckpointList" });
const takeSchema = z
  .object({ name: z.string().min(1).max(200).optional() })
  .meta({ id: "TakeCheckpoint" });
const restoreSchema = z.object({ checkpointId: idSchema }).meta({ id: "Restore" });
const forkSchema = z
  .object({
    count: z.int().min(1).max(1000).optional(),
    ids: z.array(idSchema).max(1000).optional(),
  })
  .meta({ id: "Fork" });
const forkedSchema = z
  .object({ items: z.array(sessionSchema), skipped: z.array(skippedSchema) })
  .meta({ id: "Forked" });

/** The state of a session as a whole: checkpoints, restore, fork. */
export function addCheckpointRoutes(app: OpenAPIHono, { host, session }: AppContext): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/fork",
      operationId: "forkSession",
      summary: "Sessions with the whole state of this one",
      description:
        "All come, or none. What the new ones do not have, such as threads, is in `skipped`.",
      request: { params: sessionParams, body: body(forkSchema) },
      responses: { 201: json(forkedSchema, "The new sessions"), ...problems },
    }),
    async (c) => {
      const { sessions, skipped } = await host(c).fork(
        c.req.valid("param").id,
        defined(c.req.valid("json")),
      );
      return sendJson({ items: sessions.map(sessionView), skipped: [...skipped] }, 201);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/checkpoints",
      operationId: "createCheckpoint",
      summary: "Keep the state of a session",
      description:
        "One with a name is kept until it is deleted. What could not be kept is in `skipped`.",
      request: { params: sessionParams, body: body(takeSchema) },
      responses: { 201: json(checkpointSchema, "The checkpoint"), ...problems },
    }),
    async (c) => {
      const { name = null } = c.req.valid("json");
      return sendJson(
        checkpointView(await host(c).checkpoint(c.req.valid("param").id, { name })),
        201,
      );
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/checkpoints",
      operationId: "listSessionCheckpoints",
      summary: "The checkpoints of a session, newest first",
      request: { params: sessionParams, query: pageQuery },
      responses: { 200: json(pageSchema, "One page"), ...problems },
    }),
    async (c) => {
      const { session: one } = session(c, c.req.valid("param").id);
      return sendPage(host(c), { ...defined(c.req.valid("query")), sessionId: one.id });
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/restore",
      operationId: "restoreSession",
      summary: "Put a checkpoint in the place of a session's state",
      request: { params: sessionParams, body: body(restoreSchema) },
      responses: { 200: json(sessionSchema, "The session"), ...problems },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await host(c).restore(id, c.req.valid("json").checkpointId);
      return sendJson(sessionView(session(c, id)));
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/checkpoints",
      operationId: "listCheckpoints",
      summary: "All checkpoints, newest first, also of sessions that are gone",
      request: { query: pageQuery },
      responses: { 200: json(pageSchema, "One page"), ...problems },
    }),
    (c) => sendPage(host(c), defined(c.req.valid("query"))),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/checkpoints/{id}",
      operationId: "getCheckpoint",
      summary: "One checkpoint",
      request: { params: checkpointParams },
      responses: { 200: json(checkpointSchema, "The checkpoint"), ...problems },
    }),
    async (c) => sendJson(checkpointView(await host(c).checkpoints.get(c.req.valid("param").id))),
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: "/v1/checkpoints/{id}",
      operationId: "deleteCheckpoint",
      summary: "Delete a checkpoint",
      request: { params: checkpointParams },
      responses: { 204: { description: "It is gone" }, ...problems },
    }),
    async (c) => {
      await host(c).checkpoints.delete(c.req.valid("param").id);
      return c.body(null, 204);
    },
  );
}

async function sendPage(
  host: TenantHost,
  options: { readonly limit: number; readonly cursor?: string; readonly sessionId?: string },
) {
  const { items, nextCursor } = await host.checkpoints.list(options);
  return sendJson({ items: items.map(checkpointView), nextCursor });
}
