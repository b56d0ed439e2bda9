import { randomBytes } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { NodeBindings } from "./access/request-head.ts";
import type { AppOptions } from "./app-options.ts";

const idPrefix = randomBytes(6).toString("hex");
let count = 0;

/** Gives each request an id, tells it to the client in `X-Request-Id`, and tells `onRequest` how it was answered. */
export function requestLog({ onRequest }: Pick<AppOptions, "onRequest">): MiddlewareHandler {
  return async (c, next) => {
    const start = performance.now();
    const id = `${idPrefix}-${(++count).toString(36)}`;
    const { incoming, outgoing } = (c.env ?? {}) as NodeBindings;
    // At the socket where there is one: headers of a Hono response are made, at a price, when they are asked for.
    outgoing?.setHeader("x-request-id", id);
    await next();
    if (outgoing === undefined) c.res.headers.set("x-request-id", id);
    onRequest?.({
      id,
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      durationMs: performance.now() - start,
      token: c.get("tenant")?.name ?? null,
      remoteAddress: incoming?.socket.remoteAddress ?? null,
    });
  };
}
