import { createHash, timingSafeEqual } from "node:crypto";
import { HoldfastError } from "@holdfast/core";
import type { Context, MiddlewareHandler } from "hono";
import { isUpload } from "./is-upload.ts";

/** Who may use the server. */
export interface AccessOptions {
  /** Every request but those of health needs `Authorization: Bearer …`. `null`: none does. */
  readonly token: string | null;
}

const loopbackHosts = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const health = new Set(["/healthz", "/readyz"]);

/**
 * Refuses who has no token, and what a web page of somebody else could make a browser send: a foreign Host (a name that
 * was made to point here), a foreign Origin, a request that the browser says is not of our own pages, a form.
 * @throws HoldfastError `unauthorized`, `forbidden`, `invalid_request`
 */
export function access({ token }: AccessOptions): MiddlewareHandler {
  const wanted = token === null ? null : digest(token);
  return (c, next) => {
    refuseForeign(c, wanted === null);
    const { path } = c.req;
    if (wanted !== null && !health.has(path) && !isPage(path)) {
      const given = /^bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
      // Digests have one length, so the comparison takes the same time for every guess.
      if (!timingSafeEqual(digest(given), wanted))
        throw new HoldfastError({
          code: "unauthorized",
          message: "request: a bearer token is needed",
        });
    }
    refuseForms(c);
    return next();
  };
}

function refuseForeign(c: Context, onlyLoopback: boolean): void {
  const host = c.req.header("host") ?? new URL(c.req.url).host;
  if (onlyLoopback && !loopbackHosts.test(host)) {
    throw forbidden(
      "its Host header names another machine; without a token only loopback names are served",
    );
  }
  const origin = c.req.header("origin");
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    throw forbidden("it comes from a page of another origin");
  // Where a browser sends no Origin (an image, a script, a frame) it sends this.
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none" && !isPage(c.req.path))
    throw forbidden("it comes from a page of another origin");
}

/** What a page can send without asking first is no JSON; nothing here takes it. */
function refuseForms(c: Context): void {
  const { method } = c.req;
  if (isUpload(c)) return;
  if (method !== "POST" && method !== "PATCH" && method !== "PUT") return;
  const type = c.req.header("content-type");
  const isEmpty =
    c.req.header("transfer-encoding") === undefined &&
    (c.req.header("content-length") ?? "0") === "0";
  if (type === undefined ? isEmpty : /^application\/json *(?:;|$)/i.test(type)) return;
  throw new HoldfastError({
    code: "invalid_request",
    message: `content-type: received ${type === undefined ? "none" : JSON.stringify(type.slice(0, 100))}, allowed application/json`,
    details: { allowed: "application/json" },
  });
}

// The pages hold no secret, and have to be there to ask for the token.
function isPage(path: string): boolean {
  return (
    path === "/" || path === "/docs" || path.startsWith("/console/") || path.startsWith("/docs/")
  );
}

function forbidden(why: string): HoldfastError {
  return new HoldfastError({ code: "forbidden", message: `request: ${why}` });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
