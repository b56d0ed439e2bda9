import type { MiddlewareHandler } from "hono";
import { cors as corsHeaders } from "hono/cors";
import type { Gate } from "./gate.ts";
import { headOfContext } from "./request-head.ts";

/** CORS headers for the origins that the gate names, and an answer to their preflights. Others get none. */
export function cors(gate: Gate): MiddlewareHandler {
  const withHeaders = corsHeaders({
    origin: (origin) => origin,
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: [
      "authorization",
      "content-type",
      "idempotency-key",
      "last-event-id",
      "range",
      "mcp-session-id",
      "mcp-protocol-version",
      "mcp-method",
      "mcp-name",
    ],
    exposeHeaders: [
      "x-execution-id",
      "x-request-id",
      "retry-after",
      "content-range",
      "etag",
      "mcp-session-id",
    ],
    maxAge: 600,
  });
  return (c, next) => {
    const head = headOfContext(c);
    if (gate.corsOrigin(head) === null) return next();
    const isPreflight = head.header("access-control-request-method") !== undefined;
    if (head.method === "OPTIONS" && !isPreflight) return next();
    // It comes without a token, by design; the Host it names has to be ours all the same.
    gate.checkOrigin(head);
    return withHeaders(c, next);
  };
}
