import { HoldfastError } from "@holdfast/core";
import type { RequestHead } from "./request-head.ts";

/** Which names and pages may drive the server. */
export interface ForeignOptions {
  /** Names besides loopback ones, without a port, in lower case. `null`: any. */
  readonly allowedHosts: ReadonlySet<string> | null;
  /** Pages of others, as browsers write their `Origin`. */
  readonly allowedOrigins: ReadonlySet<string>;
}

const hostPattern = /^(?<name>\[[\da-f:.]+\]|[^\s:/?#@[\]\\]+)(?::\d{1,5})?$/i;
const loopbackName = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Refuses what a web page of somebody else could make a browser send: a foreign Host (a name that was made to point here),
 * a foreign Origin, a request that the browser says is not of our own pages.
 * @throws HoldfastError `forbidden`, `invalid_request`
 */
export function refuseForeign(
  head: RequestHead,
  isPage: boolean,
  { allowedHosts, allowedOrigins }: ForeignOptions,
): void {
  const host = checkHost(head.host, allowedHosts);
  const origin = head.header("origin");
  if (origin !== undefined) {
    if (origin === `http://${host}` || origin === `https://${host}` || allowedOrigins.has(origin))
      return;
    throw forbidden("it comes from a page of another origin");
  }
  // Where a browser sends no Origin (an image, a script, a frame) it sends this.
  const site = head.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none" && !isPage)
    throw forbidden("it comes from a page of another origin");
}

/** The origin of a request, where it is one of those that are named. */
export function namedOrigin(head: RequestHead, { allowedOrigins }: ForeignOptions): string | null {
  const origin = head.header("origin");
  return origin !== undefined && allowedOrigins.has(origin) ? origin : null;
}

function checkHost(host: string | null, allowedHosts: ReadonlySet<string> | null): string {
  const name = hostPattern.exec(host ?? "")?.groups?.["name"]?.toLowerCase();
  if (host === null || name === undefined) {
    throw new HoldfastError({
      code: "invalid_request",
      message: "request: its Host is no name, or there is more than one",
    });
  }
  if (allowedHosts === null || loopbackName.test(name) || allowedHosts.has(name)) return host;
  throw forbidden(
    "its Host header names another machine; loopback names are served, and those of HOLDFAST_ALLOWED_HOSTS",
  );
}

function forbidden(why: string): HoldfastError {
  return new HoldfastError({ code: "forbidden", message: `request: ${why}` });
}
