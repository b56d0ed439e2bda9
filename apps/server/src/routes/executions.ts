import { type ExecutionHandle, HoldfastError } from "@holdfast/core";
import { type OpenAPIHono, createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import type { TenantHost } from "../access/tenant-host.ts";
import type { AppContext } from "../app-options.ts";
import {
  executeSchema,
  executionDetailsSchema,
  executionSchema,
  inputSchema,
  killSchema,
} from "../schemas.ts";
import { sendJson } from "../send-json.ts";
import { executionDetails } from "../views.ts";
import {
  answer,
  answerQuery,
  encodingQuery,
  executionContent,
  refuseExcess,
  stream,
} from "./answer.ts";
import { body, json, problems } from "./responses.ts";
import { defined } from "./sessions.ts";

const sessionParams = z.object({ id: z.string().max(200) });
const params = sessionParams.extend({ eid: z.string().max(200) });
const listQuery = encodingQuery.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(200).optional(),
});
const listSchema = z
  .object({ items: z.array(executionDetailsSchema), nextCursor: z.string().nullable() })
  .meta({ id: "ExecutionList" });
const eventsQuery = answerQuery.extend({ after: z.coerce.number().int().min(0).optional() });
// Told to readers only: to have all headers validated costs a third of a small request.
const idempotencyKeyHeader = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  schema: { type: "string", minLength: 1, maxLength: 255 },
  description:
    "A repeat with the same key and the same body is answered with the first execution, also after a restart of the server; with another body it is refused with 409",
} as const;

// A page of history holds at least one execution, and no more than about this much output and code.
const maxPageBytes = 32 * 1024 * 1024;

/** Executions: run, follow, feed, interrupt, kill. */
export function addExecutionRoutes(app: OpenAPIHono, context: AppContext): void {
  const { host } = context;
  const find = (c: Context, { id, eid }: { id: string; eid: string }) => host(c).execution(id, eid);

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/executions",
      operationId: "execute",
      summary: "Run code",
      description: "With `Accept: text/event-stream` the answer is the stream of its events.",
      parameters: [idempotencyKeyHeader],
      request: {
        params: sessionParams,
        query: answerQuery,
        body: body(executeSchema),
      },
      responses: {
        200: { description: "The execution, when it has ended", content: executionContent },
        202: json(executionSchema, "The execution, in the background"),
        ...problems,
      },
    }),
    async (c) => {
      const request = c.req.valid("json");
      refuseExcess(c, context.streams);
      const idempotencyKey = c.req.header("idempotency-key");
      const execution = await startExecution(host(c), c.req.valid("param").id, {
        ...request,
        idempotencyKey,
      });
      return answer(c, execution, {
        ...context,
        ...c.req.valid("query"),
        isBackground: request.background === true,
        // What a client was told must be what a repeat is told after a restart.
        ...(idempotencyKey === undefined ? {} : { stored: () => host(c).flush() }),
      });
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/executions",
      operationId: "listExecutions",
      summary: "The latest executions of a session, oldest first; the next page is the one before",
      request: { params: sessionParams, query: listQuery },
      responses: { 200: json(listSchema, "One page"), ...problems },
    }),
    async (c) => {
      const { encoding, limit, cursor } = c.req.valid("query");
      const before = cursor === undefined ? {} : { before: cursor };
      const page = await newest(host(c).executions(c.req.valid("param").id, before), limit);
      return sendJson({
        items: page.executions.toReversed().map((one) => executionDetails(one, encoding)),
        nextCursor: page.isLast ? null : (page.executions.at(-1)?.id ?? null),
      });
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/executions/{eid}",
      operationId: "getExecution",
      summary: "One execution, as it stands",
      request: { params, query: encodingQuery },
      responses: { 200: json(executionDetailsSchema, "The execution"), ...problems },
    }),
    async (c) =>
      sendJson(
        executionDetails(await find(c, c.req.valid("param")), c.req.valid("query").encoding),
      ),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/sessions/{id}/executions/{eid}/events",
      operationId: "followExecution",
      summary: "The events of an execution: what was, what comes, and the end",
      request: { params, query: eventsQuery },
      responses: {
        200: {
          description: "The events",
          content: { "text/event-stream": { schema: z.string() } },
        },
        ...problems,
      },
    }),
    async (c) => {
      const { after, ...query } = c.req.valid("query");
      if (query.onDisconnect === "interrupt") c.get("tenant").require("execute");
      context.streams.refuseExcess();
      return stream(c, await find(c, c.req.valid("param")), {
        ...context,
        ...query,
        after: after ?? lastEventId(c.req.header("last-event-id")),
      });
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/executions/{eid}/input",
      operationId: "sendInput",
      summary: "Answer an input request, or feed standard input",
      request: { params, body: body(inputSchema) },
      responses: { 202: { description: "Taken" }, ...problems },
    }),
    async (c) => {
      const { data = "", base64, close = false } = c.req.valid("json");
      const bytes = base64 === undefined ? data : Buffer.from(base64, "base64");
      await (await find(c, c.req.valid("param"))).write(bytes, { close });
      return c.body(null, 202);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/executions/{eid}/interrupt",
      operationId: "interruptExecution",
      summary: "Ask the code to stop; the state is kept",
      request: { params },
      responses: { 202: { description: "Asked" }, ...problems },
    }),
    async (c) => {
      (await find(c, c.req.valid("param"))).interrupt();
      return c.body(null, 202);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/sessions/{id}/executions/{eid}/kill",
      operationId: "killExecution",
      summary: "End an execution by force, SIGKILL by default, past every queue",
      request: { params, body: { content: { "application/json": { schema: killSchema } } } },
      responses: { 202: { description: "Done" }, ...problems },
    }),
    async (c) => {
      const { signal = "SIGKILL" } = c.req.valid("json");
      await (await find(c, c.req.valid("param"))).kill(signal);
      return c.body(null, 202);
    },
  );
}

/** Starts what a request asks for, in the foreground or beside it. */
async function startExecution(
  host: TenantHost,
  sessionId: string,
  request: z.infer<typeof executeSchema> & { readonly idempotencyKey: string | undefined },
): Promise<ExecutionHandle> {
  const { code, ...options } = request;
  return host.execute(sessionId, code, defined(options));
}

/** The first of them, up to a number and a size, and whether that is all. */
async function newest(
  history: AsyncIterable<ExecutionHandle>,
  limit: number,
): Promise<{ readonly executions: readonly ExecutionHandle[]; readonly isLast: boolean }> {
  const executions: ExecutionHandle[] = [];
  let size = 0;
  try {
    for await (const one of history) {
      size += one.stdout.length + one.stderr.length + one.code.length;
      const isFull = executions.length > 0 && size > maxPageBytes;
      if (isFull || executions.length === limit) return { executions, isLast: false };
      executions.push(one);
    }
  } catch (error) {
    if (!HoldfastError.is(error) || error.code !== "execution_not_found") throw error;
    throw new HoldfastError({
      code: "invalid_request",
      message: "cursor: the execution that it stands for is forgotten; begin anew",
    });
  }
  return { executions, isLast: true };
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
