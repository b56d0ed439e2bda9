import { type Execution, HoldfastError, type Session } from "@holdfast/core";
import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { AppContext } from "../app-options.ts";
import { eventStream } from "../event-stream.ts";
import { executeSchema, executionSchema, inputSchema, killSchema } from "../schemas.ts";
import { type OutputEncoding, executionView } from "../views.ts";
import { body, json, problems } from "./responses.ts";
import { defined, unsupported } from "./sessions.ts";

const sessionParams = z.object({ id: z.string().max(200) });
const params = sessionParams.extend({ eid: z.string().max(200) });
const encodingQuery = z.object({ encoding: z.enum(["text", "base64"]).default("text") });
const streamQuery = encodingQuery.extend({
  onDisconnect: z.enum(["continue", "interrupt"]).default("continue"),
});
const eventsQuery = streamQuery.extend({ after: z.coerce.number().int().min(0).optional() });
const listQuery = encodingQuery.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
const listSchema = z.object({ items: z.array(executionSchema) }).meta({ id: "ExecutionList" });
const eventStreamContent = { "text/event-stream": { schema: z.string() } };

/** Executions: run, follow, feed, interrupt, kill. */
export function addExecutionRoutes(app: OpenAPIHono, { session, heartbeatMs }: AppContext): void {
  const find = (c: { id: string; eid: string }) => session(c.id).session.execution(c.eid);
  const stream = (
    execution: Execution,
    after: number,
    encoding: OutputEncoding,
    interrupts: boolean,
  ) => {
    return eventStream(execution, {
      after,
      encoding,
      heartbeatMs,
      ...(interrupts ? { onAbort: () => execution.interrupt() } : {}),
    });
  };

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/executions",
      summary: "Run code",
      description: "With `Accept: text/event-stream` the answer is the stream of its events.",
      request: { params: sessionParams, query: streamQuery, body: body(executeSchema) },
      responses: {
        200: {
          description: "The execution, when it has ended",
          content: { "application/json": { schema: executionSchema }, ...eventStreamContent },
        },
        202: json(executionSchema, "The execution, in the background"),
        ...problems,
      },
    }),
    async (c) => {
      const { encoding, onDisconnect } = c.req.valid("query");
      const request = c.req.valid("json");
      const { session: live } = session(c.req.valid("param").id);
      const execution = await startExecution(live, request);
      const interrupts = onDisconnect === "interrupt";
      if (c.req.header("accept")?.includes("text/event-stream")) {
        return stream(execution, 0, encoding, interrupts);
      }
      if (request.background === true)
        return c.json(executionView(execution, encoding) as never, 202);
      if (interrupts) c.req.raw.signal.addEventListener("abort", () => execution.interrupt());
      await execution.ended;
      return c.json(executionView(execution, encoding) as never, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/executions",
      summary: "The latest executions of a session, oldest first",
      request: { params: sessionParams, query: listQuery },
      responses: { 200: json(listSchema, "The executions"), ...problems },
    }),
    (c) => {
      const { encoding, limit } = c.req.valid("query");
      const { executions } = session(c.req.valid("param").id).session;
      return c.json(
        { items: executions.slice(-limit).map((one) => executionView(one, encoding)) } as never,
        200,
      );
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/executions/{eid}",
      summary: "One execution, as it stands",
      request: { params, query: encodingQuery },
      responses: { 200: json(executionSchema, "The execution"), ...problems },
    }),
    (c) =>
      c.json(
        executionView(find(c.req.valid("param")), c.req.valid("query").encoding) as never,
        200,
      ),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/executions/{eid}/events",
      summary: "The events of an execution: what was, what comes, and the end",
      request: { params, query: eventsQuery },
      responses: { 200: { description: "The events", content: eventStreamContent }, ...problems },
    }),
    (c) => {
      const { after, encoding, onDisconnect } = c.req.valid("query");
      const lastSeen = after ?? lastEventId(c.req.header("last-event-id"));
      return stream(find(c.req.valid("param")), lastSeen, encoding, onDisconnect === "interrupt");
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/executions/{eid}/input",
      summary: "Answer an input request, or feed standard input",
      request: { params, body: body(inputSchema) },
      responses: { 202: { description: "Taken" }, ...problems },
    }),
    async (c) => {
      const { data = "", close = false } = c.req.valid("json");
      await find(c.req.valid("param")).write(data, { close });
      return c.body(null, 202);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/executions/{eid}/interrupt",
      summary: "Ask the code to stop",
      request: { params },
      responses: { 202: { description: "Asked" }, ...problems },
    }),
    (c) => {
      find(c.req.valid("param")).interrupt();
      return c.body(null, 202);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/executions/{eid}/kill",
      summary: "End an execution by force",
      request: { params, body: { content: { "application/json": { schema: killSchema } } } },
      responses: { 202: { description: "Done" }, ...problems },
    }),
    async (c) => {
      const { signal = "SIGKILL" } = c.req.valid("json") ?? {};
      await find(c.req.valid("param")).kill(signal as NodeJS.Signals);
      return c.body(null, 202);
    },
  );
}

/** Starts what a request asks for, in the foreground or beside it. */
async function startExecution(
  session: Session,
  request: z.infer<typeof executeSchema>,
): Promise<Execution> {
  const { code, background = false, onError, ...options } = request;
  if (onError === "rollback") throw unsupported("onError: rollback");
  return background
    ? session.executeInBackground(code, defined(options))
    : session.execute(code, defined(options));
}

function lastEventId(header: string | undefined): number {
  if (header === undefined || header === "") return 0;
  const seq = Number(header);
  if (Number.isInteger(seq) && seq >= 0) return seq;
  throw new HoldfastError({
    code: "invalid_request",
    message: `Last-Event-ID: received ${JSON.stringify(header.slice(0, 50))}, allowed a seq`,
  });
}
