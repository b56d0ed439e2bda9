import { HoldfastError } from "@holdfast/core";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { access } from "./access.ts";
import { cors } from "./access/cors.ts";
import { Gate } from "./access/gate.ts";
import type { NodeBindings } from "./access/request-head.ts";
import { TenantHost } from "./access/tenant-host.ts";
import { allowedMethods } from "./allowed-methods.ts";
import type { AppContext, AppOptions } from "./app-options.ts";
import { limitBody } from "./body-limit.ts";
import { OpenStreams } from "./open-streams.ts";
import { invalidRequest, isInside, problemResponse } from "./problem.ts";
import { requestLog } from "./request-log.ts";
import { addChannelRoutes } from "./routes/channel.ts";
import { addCheckpointRoutes } from "./routes/checkpoints.ts";
import { addConsoleRoutes, consolePaths } from "./routes/console.ts";
import { addDocumentRoutes, documentPaths } from "./routes/documents.ts";
import { addExecutionRoutes } from "./routes/executions.ts";
import { addFileRoutes } from "./routes/files.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addMcpRoutes } from "./routes/mcp.ts";
import { addNamespaceRoutes } from "./routes/namespace.ts";
import { addMetricsRoutes } from "./routes/metrics.ts";
import { addPoolRoutes } from "./routes/pool.ts";
import { addProcessRoutes } from "./routes/processes.ts";
import { addRunRoutes } from "./routes/run.ts";
import { addSessionRoutes } from "./routes/sessions.ts";

/**
 * The HTTP interface of a host as a Hono app: mount it, serve it, or call its `fetch`. See docs/http.md.
 *
 * The app does not own the host: close that yourself.
 */
export function createApp(options: AppOptions): OpenAPIHono {
  const {
    host,
    pool = null,
    maxBodyBytes = 64 * 1024 * 1024,
    maxFileBytes = 1024 ** 3,
    filesRoot = null,
    heartbeatMs = 15_000,
    stallMs = 120_000,
    maxStreams = 4096,
  } = options;
  const gate = new Gate(options);
  const context: AppContext = {
    wholeHost: host,
    host: (c) => new TenantHost(host, c.get("tenant")),
    session: (c, id) => host.get(id, c.get("tenant").access),
    pool,
    maxFileBytes,
    filesRoot,
    heartbeatMs,
    stallMs,
    streams: new OpenStreams(maxStreams),
    onError: (error) => options.onError?.(error),
  };
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error, "data" in result ? result.data : {});
    },
  });
  app.use(requestLog(options));
  if (gate.hasNamedOrigins) app.use(cors(gate));
  app.use(access(gate, new Set([...consolePaths, ...documentPaths])));
  app.use(limitBody(maxBodyBytes));
  addHealthRoutes(app, context);
  addSessionRoutes(app, context);
  addExecutionRoutes(app, context);
  addCheckpointRoutes(app, context);
  addNamespaceRoutes(app, context);
  addFileRoutes(app, context);
  addProcessRoutes(app, context);
  addRunRoutes(app, context);
  addPoolRoutes(app, context);
  addMetricsRoutes(app, context);
  addDocumentRoutes(app);
  addChannelRoutes(app, context);
  addMcpRoutes(app);
  addConsoleRoutes(app);
  app.notFound((c) => {
    const methods = allowedMethods(app, c.req.path);
    const route = `${c.req.method.slice(0, 20)} ${c.req.path.slice(0, 200)}`;
    return problemResponse(
      methods.length === 0
        ? new HoldfastError({ code: "not_found", message: `${route}: there is no such route` })
        : new HoldfastError({
            code: "method_not_allowed",
            message: `${route}: allowed ${methods.join(", ")}`,
            details: { allowedMethods: methods },
          }),
    );
  });
  app.onError((error, c) => {
    if (isCutShort(c)) return problemResponse(cutShort());
    if (HoldfastError.is(error)) {
      if (isInside(error)) options.onError?.(error);
      return problemResponse(error);
    }
    // Hono's own: a body that is no JSON, a media type it does not take.
    if ("status" in error && typeof error.status === "number" && error.status < 500) {
      return problemResponse(
        new HoldfastError({ code: "invalid_request", message: "request body: not valid JSON" }),
      );
    }
    options.onError?.(error);
    return problemResponse(error);
  });
  return app;
}

/** Whether the connection has ended before the body of the request, which is no failure of ours. */
function isCutShort(c: Context): boolean {
  const { incoming } = (c.env ?? {}) as NodeBindings;
  return incoming !== undefined && incoming.destroyed && !incoming.complete;
}

function cutShort(): HoldfastError {
  return new HoldfastError({ code: "cancelled", message: "request: its body ended too soon" });
}
