import { createClient } from "@holdfast/client";
import type { ServerOptions } from "../options.ts";
import { UsageError } from "../usage-error.ts";
import type { Connection } from "./connection.ts";

const defaultUrl = "http://127.0.0.1:4650";

/** A client of a running server. @throws UsageError for a URL that is none */
export function connectToServer({ url, token }: ServerOptions): Connection {
  const baseUrl = checked(url === undefined || url === "" ? defaultUrl : url);
  // Who waits at a terminal wants to know at once that nothing is there.
  const retry = { requests: 1, minDelayMs: 50 };
  const client = createClient({ baseUrl, token: token === "" ? null : (token ?? null), retry });
  return { client, isLocal: false, [Symbol.asyncDispose]: async () => {} };
}

function checked(url: string): string {
  if (/^https?:\/\/[^/]/.test(url) && URL.canParse(url)) return url;
  throw new UsageError(
    `--url: received ${JSON.stringify(url)}, allowed an http or https URL, such as ${defaultUrl}`,
  );
}
