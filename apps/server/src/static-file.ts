import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Handler } from "hono";

/** Serves one file: read once, with an entity tag, so that a browser that has it is told so. */
export function staticFile(
  source: URL | string,
  headers: Readonly<Record<string, string>>,
): Handler {
  let loaded: Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly etag: string }> | null =
    null;
  const load = async () => {
    const bytes = new Uint8Array(await readFile(source));
    return { bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url")}"` };
  };
  return async (c) => {
    loaded ??= load();
    loaded.catch(() => (loaded = null));
    const { bytes, etag } = await loaded;
    const all = {
      ...headers,
      etag,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    };
    const isKnown = c.req.header("if-none-match") === etag;
    return new Response(isKnown ? null : bytes, { status: isKnown ? 304 : 200, headers: all });
  };
}
