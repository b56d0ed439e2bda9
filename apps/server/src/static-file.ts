import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Handler } from "hono";

type Bytes = Uint8Array<ArrayBuffer>;
type Encoding = "br" | "gzip" | "identity";

/** Serves one file: read and compressed once, with an entity tag, so that a browser that has it is told so. */
export function staticFile(
  source: URL | string,
  headers: Readonly<Record<string, string>>,
): Handler {
  const loaded = new Map<Encoding, Promise<Bytes>>();
  const load = (encoding: Encoding): Promise<Bytes> => {
    const known = loaded.get(encoding);
    if (known !== undefined) return known;
    const bytes =
      encoding === "identity"
        ? readFile(source).then((file) => new Uint8Array(file))
        : load("identity").then((plain) => compress(plain, encoding));
    bytes.catch(() => loaded.delete(encoding));
    loaded.set(encoding, bytes);
    return bytes;
  };
  let tagged: Promise<string> | null = null;
  const tag = (): Promise<string> => {
    if (tagged !== null) return tagged;
    const made = load("identity").then(entityTag);
    made.catch(() => (tagged = null));
    return (tagged = made);
  };
  return async (c) => {
    const encoding = encodingFor(c.req.header("accept-encoding") ?? "");
    const etag = await tag();
    const all = {
      ...headers,
      etag,
      "cache-control": "no-cache",
      vary: "accept-encoding",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    };
    if (c.req.header("if-none-match") === etag)
      return new Response(null, { status: 304, headers: all });
    return new Response(await load(encoding), {
      headers: encoding === "identity" ? all : { ...all, "content-encoding": encoding },
    });
  };
}

/** Weak: it is the same file, whatever way its bytes are packed. */
function entityTag(bytes: Bytes): string {
  return `W/"${createHash("sha256").update(bytes).digest("base64url")}"`;
}

async function compress(plain: Bytes, encoding: "br" | "gzip"): Promise<Bytes> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  const packed =
    encoding === "br"
      ? await promisify(brotliCompress)(plain, { params })
      : await promisify(gzip)(plain, { level: 9 });
  return new Uint8Array(packed);
}

function encodingFor(accepted: string): Encoding {
  const names = accepted.split(",").map((one) => one.trim());
  return names.includes("br") ? "br" : names.includes("gzip") ? "gzip" : "identity";
}
