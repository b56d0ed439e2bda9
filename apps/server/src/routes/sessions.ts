import { HoldfastError } from "@holdfast/core";
import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { createSessionSchema, sessionSchema, updateSessionSchema } from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { sessionView } from "../views.ts";
import { body, json, problems } from "./responses.ts";

const params = z.object({ id: z.string().max(200) });
const listQuery = z.object({
  runtime: z.string().optional(),
  state: sessionSchema.shape.state.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(200).optional(),
});
const listSchema = z
  .object({ items: z.array(sessionSchema), nextCursor: z.string().nullable() })
  .meta({ id: "SessionList" });

/** Sessions: create, find, change, interrupt, restart, delete. */
export function addSessionRoutes(app: OpenAPIHono, { host, session }: AppContext): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions",
      operationId: "createSession",
      summary: "Start a session",
      request: { body: body(createSessionSchema) },
      responses: { 201: json(sessionSchema, "The session"), ...problems },
    }),
    async (c) => {
      return sendJson(sessionView(await host(c).create(defined(c.req.valid("json")))), 201);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions",
      operationId: "listSessions",
      summary: "The sessions, oldest first",
      request: { query: listQuery },
      responses: { 200: json(listSchema, "One page"), ...problems },
    }),
    (c) => {
      const { runtime, state, limit, cursor } = c.req.valid("query");
      const after = cursor === undefined ? null : positionOf(cursor);
      const matching = host(c)
        .list()
        .filter(({ session: one }) => (runtime ?? one.runtime.name) === one.runtime.name)
        .filter(({ session: one }) => (state ?? one.status) === one.status)
        .filter(({ session: one }) => after === null || compare(one, after) > 0)
        .toSorted((a, b) => compare(a.session, b.session));
      const items = matching.slice(0, limit).map(sessionView);
      const last = matching.length > limit ? matching[limit - 1] : undefined;
      return sendJson({ items, nextCursor: last === undefined ? null : cursorOf(last.session) });
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}",
      operationId: "getSession",
      summary: "One session",
      request: { params },
      responses: { 200: json(sessionSchema, "The session"), ...problems },
    }),
    (c) => sendJson(sessionView(session(c, c.req.valid("param").id))),
  );
  app.openapi(
    createRoute({
      method: "patch",
      path: "/v1/sessions/{id}",
      operationId: "updateSession",
      summary: "Change labels and timeouts",
      request: { params, body: body(updateSessionSchema) },
      responses: { 200: json(sessionSchema, "The session"), ...problems },
    }),
    (c) =>
      sendJson(sessionView(host(c).update(c.req.valid("param").id, defined(c.req.valid("json"))))),
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: "/v1/sessions/{id}",
      operationId: "deleteSession",
      summary: "End a session and all it started, daemons too",
      request: { params },
      responses: { 204: { description: "Nothing of it is left" }, ...problems },
    }),
    async (c) => {
      await host(c).delete(c.req.valid("param").id);
      return c.body(null, 204);
    },
  );
  for (const [action, summary] of [
    ["interrupt", "Stop what runs in the foreground, and keep the state"],
    ["restart", "Start a fresh worker; the state is gone"],
    ["reset", "Start a fresh worker; the state is gone"],
  ] as const) {
    app.openapi(
      createRoute({
        method: "post",
        path: `/v1/sessions/{id}/${action}`,
        operationId: `${action}Session`,
        summary,
        request: { params },
        responses: { 200: json(sessionSchema, "The session"), ...problems },
      }),
      async (c) => {
        const { id } = c.req.valid("param");
        if (action === "interrupt") session(c, id).session.interrupt();
        else await host(c).restart(id);
        return sendJson(sessionView(session(c, id)));
      },
    );
  }
}

interface Position {
  readonly createdAt: number;
  readonly id: string;
}

// By time and id, so that a page goes on where the last one ended though sessions come and go.
function compare(a: Position, b: Position): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function cursorOf({ createdAt, id }: Position): string {
  return Buffer.from(`${createdAt}:${id}`).toString("base64url");
}

function positionOf(cursor: string): Position {
  const match = /^(\d{1,16}):([A-Za-z0-9_-]{1,64})$/.exec(
    Buffer.from(cursor, "base64url").toString(),
  );
  if (match !== null) return { createdAt: Number(match[1]), id: match[2] ?? "" };
  throw new HoldfastError({
    code: "invalid_request",
    message: `cursor: received ${JSON.stringify(cursor.slice(0, 100))}, allowed the nextCursor of a page before`,
  });
}

/** A field that makes no sense here is refused, never ignored. */
export function unsupported(field: string): HoldfastError {
  return new HoldfastError({
    code: "feature_unsupported",
    message: `${field}: this server does not have it`,
    details: { field },
  });
}

/** Without the properties that are `undefined`, which exact optional properties do not allow. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
