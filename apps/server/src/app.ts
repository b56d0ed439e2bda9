import { randomUUID } from "node:crypto";
import { HoldfastError } from "@holdfast/core";
import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { access } from "./access.ts";
import type { AppContext, AppOptions } from "./app-options.ts";
import { invalidRequest, problemResponse } from "./problem.ts";
import { addConsoleRoutes } from "./routes/console.ts";
import { addDocumentRoutes } from "./routes/documents.ts";
import { addExecutionRoutes } from "./routes/executions.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addRunRoutes } from "./routes/run.ts";
import { addSessionRoutes } from "./routes/sessions.ts";

/**
 * The HTTP interface of a host as a Hono app: mount it, serve it, or call its `fetch`. See docs/http.md.
 *
 * The app does not own the host: close that yourself.
 */
export function createApp(options: AppOptions): OpenAPIHono {
  const { host, token = null, maxBodyBytes = 64 * 1024 * 1024, heartbeatMs = 15_000 } = options;
  const context: AppContext = { host, heartbeatMs, session: (id) => host.get(id) };
  const app = new OpenAPIHono({
    defaultHook: (result) =>
      result.success ? undefined : problemResponse(invalidRequest(result.error)),
  });
  app.use(async (c, next) => {
    const start = performance.now();
    const id = randomUUID();
    c.header("x-request-id", id);
    await next();
    options.onRequest?.({
      id,
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      durationMs: performance.now() - start,
    });
  });
  app.use(access({ token }));
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () =>
        problemResponse(
          new HoldfastError({
            code: "payload_too_large",
            message: `request body: limit ${maxBodyBytes} bytes`,
            details: { limit: maxBodyBytes },
          }),
        ),
    }),
  );
  addHealthRoutes(app, context);
  addSessionRoutes(app, context);
  addExecutionRoutes(app, context);
  addRunRoutes(app, context);
  addDocumentRoutes(app);
  addConsoleRoutes(app);
  app.notFound((c) =>
    problemResponse(
      new HoldfastError({
        code: "not_found",
        message: `${c.req.method} ${c.req.path.slice(0, 200)}: there is no such route`,
      }),
    ),
  );
  app.onError((error) => {
    // Hono's own: a body that is no JSON, and the like.
    if (("status" in error && error.status === 400) || error instanceof SyntaxError) {
      return problemResponse(
        new HoldfastError({ code: "invalid_request", message: "request body: not valid JSON" }),
      );
    }
    if (!HoldfastError.is(error)) options.onError?.(error);
    return problemResponse(error);
  });
  return app;
}
