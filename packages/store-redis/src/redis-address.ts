import { HoldfastError } from "@holdfast/core";

/** Where a Redis is, and how to get in. */
export interface RedisAddress {
  /** Without user and password. */
  readonly shown: string;
  readonly target: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly isTls: boolean;
  readonly database: number;
  readonly username: string | null;
  readonly password: string | null;
}

const schemes = ["redis:", "rediss:", "unix:"];

/**
 * Reads `redis://[[user]:password@]host[:port][/database]`, the same with `rediss:` for TLS, and
 * `unix:///path/to/socket[?db=database]`.
 * @throws HoldfastError `invalid_request`; the message does not repeat what was given, which may have a password in it
 */
export function parseRedisAddress(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw invalid("received no URL");
  const { protocol } = url;
  if (!schemes.includes(protocol)) throw invalid(`received ${protocol}`);
  const isSocket = protocol === "unix:";
  const given = isSocket ? (url.searchParams.get("db") ?? "") : url.pathname.slice(1);
  if (!/^\d{0,9}$/.test(given)) throw invalid("received a database that is no number");
  if (!isSocket && url.search !== "") throw invalid("received a query");
  const database = Number(given);
  const access = {
    isTls: protocol === "rediss:",
    database,
    username: decoded(url.username),
    password: decoded(url.password),
  };
  if (isSocket) {
    const path = decoded(url.pathname) ?? "";
    if (path === "" || url.host !== "") throw invalid("received no path of a socket");
    return { ...access, target: { path }, shown: `unix://${path}?db=${database}` };
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "") throw invalid("received no host");
  const port = url.port === "" ? 6379 : Number(url.port);
  return {
    ...access,
    target: { host, port },
    shown: `${protocol}//${url.hostname}:${port}/${database}`,
  };
}

function decoded(text: string): string | null {
  if (text === "") return null;
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("received a % that is no escape");
  }
}

function invalid(why: string): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `address of a Redis store: ${why}, allowed redis://host:port/database, rediss://host:port/database or unix:///path?db=database`,
    details: { received: why },
  });
}
