import { createHash, timingSafeEqual } from "node:crypto";
import { HoldfastError } from "@holdfast/core";
import type { MiddlewareHandler } from "hono";

/** Who may use the server. */
export interface AccessOptions {
  /** Every request but those of health needs `Authorization: Bearer …`. `null`: none does. */
  readonly token: string | null;
}

const loopbackHosts = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;
const open = new Set(["/healthz", "/readyz"]);

/**
 * Refuses who has no token, and, where none is needed, what a web page of somebody else could send: a foreign Host (a name
 * that was made to point here) or a foreign Origin.
 */
export function access({ token }: AccessOptions): MiddlewareHandler {
  const wanted = token === null ? null : digest(`Bearer ${token}`);
  return async (c, next) => {
    const host = c.req.header("host") ?? "";
    if (wanted === null && !loopbackHosts.test(host)) {
      throw new HoldfastError({
        code: "forbidden",
        message:
          "request: its Host header names another machine; without a token only loopback names are served",
      });
    }
    const origin = c.req.header("origin");
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      throw new HoldfastError({
        code: "forbidden",
        message: "request: it comes from a page of another origin",
      });
    }
    // A form or plain text is what a page may send without asking first; nothing here takes it.
    const type = c.req.header("content-type");
    if (
      type !== undefined &&
      !/^application\/(?:[\w.+-]+\+)?json\b/.test(type) &&
      hasBody(c.req.method)
    ) {
      throw new HoldfastError({
        code: "invalid_request",
        message: `content-type: received ${JSON.stringify(type.slice(0, 100))}, allowed application/json`,
      });
    }
    if (wanted !== null && !isPublic(c.req.path)) {
      // Digests have one length, so the comparison takes the same time for every guess.
      if (!timingSafeEqual(digest(c.req.header("authorization") ?? ""), wanted)) {
        throw new HoldfastError({
          code: "unauthorized",
          message: "request: a bearer token is needed",
        });
      }
    }
    await next();
  };
}

// The page itself holds no secret, and has to be there to ask for the token.
function isPublic(path: string): boolean {
  return open.has(path) || path === "/" || path.startsWith("/console/");
}

function hasBody(method: string): boolean {
  return method === "POST" || method === "PATCH" || method === "PUT";
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
