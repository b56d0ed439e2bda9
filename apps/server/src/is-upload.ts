import type { Context } from "hono";

const filesPath = /^\/v1\/sessions\/[^/]+\/files$/;

/**
 * Whether the body of a request is a file, and not JSON. A page of another origin cannot send it, whatever its type: for
 * PUT a browser asks first, and no CORS header is ever sent.
 */
export function isUpload({ req }: Context): boolean {
  return req.method === "PUT" && filesPath.test(req.path);
}
