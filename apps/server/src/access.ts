import { HoldfastError } from "@holdfast/core";
import type { Context, MiddlewareHandler } from "hono";
import type { Gate } from "./access/gate.ts";
import { type NodeBindings, headOfContext } from "./access/request-head.ts";
import type { Tenant } from "./access/tenant.ts";
import { isUpload } from "./is-upload.ts";

declare module "hono" {
  interface ContextVariableMap {
    /** Who sends the request. */
    tenant: Tenant;
  }
}

/**
 * Lets in whom the gate lets in, and refuses bodies that a page could send without asking first, as well as compressed
 * ones.
 * @param pages the files that every browser may load: they hold no secret, and have to be there to ask for the token
 * @throws HoldfastError as {@link Gate.admit}, and as {@link Tenant.countOpen}
 */
export function access(gate: Gate, pages: ReadonlySet<string>): MiddlewareHandler {
  return (c, next) => {
    const tenant = gate.admit(headOfContext(c), pages.has(c.req.path));
    c.set("tenant", tenant);
    const { incoming, outgoing } = (c.env ?? {}) as NodeBindings;
    const closing = outgoing ?? incoming?.socket;
    if (closing !== undefined) tenant.countOpen(closing);
    refuseEncoded(c);
    refuseForms(c);
    return next();
  };
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

/** A few bytes that unpack to gigabytes are not taken; nor is it guessed what they would be. */
function refuseEncoded(c: Context): void {
  const encoding = c.req.header("content-encoding");
  if (encoding === undefined || encoding.toLowerCase() === "identity") return;
  throw new HoldfastError({
    code: "invalid_request",
    message: `content-encoding: received ${JSON.stringify(encoding.slice(0, 100))}, allowed none`,
    details: { allowed: "identity" },
  });
}
