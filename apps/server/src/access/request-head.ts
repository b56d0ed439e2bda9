import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "hono";

/** What is known of a request before its body. */
export interface RequestHead {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** As the client wrote it; `null`: not at all. */
  readonly host: string | null;
  /** `null`: no socket, as with a call of `app.fetch`. */
  readonly remoteAddress: string | null;
  readonly header: (name: string) => string | undefined;
}

/** Node's own side of a request, where there is one. */
export interface NodeBindings {
  readonly incoming?: IncomingMessage;
  readonly outgoing?: ServerResponse;
}

export function headOfContext(c: Context): RequestHead {
  const { incoming } = (c.env ?? {}) as NodeBindings;
  const { method, path } = c.req;
  return {
    method,
    path,
    host: incoming === undefined ? hostOf(c) : hostIn(incoming),
    remoteAddress: incoming?.socket.remoteAddress ?? null,
    header: (name) => c.req.header(name),
  };
}

function hostOf(c: Context): string {
  return c.req.header("host") ?? new URL(c.req.url).host;
}

/** Node keeps the first of several Host headers; which one somebody on the way has read, nobody knows. */
function hostIn({ rawHeaders, headers }: IncomingMessage): string | null {
  const count = rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.length === 4 && name.toLowerCase() === "host",
  ).length;
  return count > 1 ? null : (headers.host ?? null);
}
