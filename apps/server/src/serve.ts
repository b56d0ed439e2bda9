import { createServer, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { HoldfastError, type Host } from "@holdfast/core";
import { createApp } from "./app.ts";
import type { AppOptions } from "./app-options.ts";
import { isChannelRequest, upgradesFor } from "./channel/channel-request.ts";
import { type Upgrades, acceptUpgrades } from "./channel/upgrade.ts";
import { ConnectionLimit } from "./connection-limit.ts";
import { badTarget, problem, problemResponse } from "./problem.ts";
import { RequestLimit } from "./request-limit.ts";

/** What {@link serve} needs. */
export interface ServeOptions extends Omit<AppOptions, "host"> {
  readonly sessions: Host;
  /** @default `127.0.0.1` */
  readonly hostname?: string;
  /** 0 picks a free one. @default 4650 */
  readonly port?: number;
  /**
   * Connections at a time; for one more the one goes that has been without a request for the longest time. @default 6_144
   */
  readonly maxConnections?: number;
  /** Requests that are being answered at a time, streams included; one more is refused with `overloaded`. @default 6_000 */
  readonly maxOpenRequests?: number;
  /** For the headers of a request to arrive. @default 10_000 */
  readonly headersTimeoutMs?: number;
  /** For a request to arrive, with its body. @default 300_000 */
  readonly requestTimeoutMs?: number;
  /** The most that a message over a channel may have. @default 16 MiB */
  readonly maxMessageBytes?: number;
}

/** A server that listens. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, ends all sessions, and with them the streams. Repeated calls share the end. */
  close(): Promise<void>;
}

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);

// Longer than what proxies keep a connection for that they may send a request on at any time: 60 s as a rule.
const keepAliveTimeout = 75_000;

// Node's own default, whatever it is started with.
const maxHeaderSize = 16 * 1024;

// Of ports that are free on one family but not on the other, which is rare.
const portAttempts = 20;

// For clients that do not read the end of what they are told.
const closeGraceMs = 500;

/**
 * Serves a host over HTTP. `localhost` listens on both loopback families, or on none.
 * @throws HoldfastError `invalid_request` for another address than loopback without a token, or a port that is taken
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { sessions, hostname = "127.0.0.1", port = 4650, stallMs = 120_000 } = options;
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 300_000 } = options;
  const { maxConnections = 6_144, maxOpenRequests = 6_000 } = options;
  const isOpen = (options.token ?? null) === null && (options.tokens ?? []).length === 0;
  if (isOpen && !loopback.has(hostname)) {
    throw new HoldfastError({
      code: "invalid_request",
      message: `host ${hostname}: without a token only loopback addresses are served; set HOLDFAST_TOKEN or HOLDFAST_TOKENS_FILE`,
      details: { hostname },
    });
  }
  const app = createApp({ ...options, host: sessions });
  const listener = getRequestListener(app.fetch, {
    errorHandler: (error) => {
      options.onError?.(error);
      return problemResponse(badTarget());
    },
  });
  const connections = new ConnectionLimit({ maxConnections, stallMs });
  const requests = new RequestLimit(maxOpenRequests);
  const newServer = () => {
    const server = createServer(
      {
        noDelay: true,
        headersTimeout: headersTimeoutMs,
        requestTimeout: Math.max(requestTimeoutMs, headersTimeoutMs),
        connectionsCheckingInterval: Math.min(5_000, headersTimeoutMs),
        keepAliveTimeout,
        maxHeaderSize,
        ...upgradesFor(isChannelRequest),
      },
      (request, response) => {
        // Node drops what came with it, be it half of another request.
        if (request.headers.upgrade !== undefined) response.setHeader("connection", "close");
        // An absolute target names a host of its own, past the check of the Host header.
        if (request.url?.startsWith("/") !== true) refuse(response, badTarget());
        else if (requests.admit(request, response)) void listener(request, response);
        else refuse(response, requests.refusal());
      },
    );
    connections.watch(server);
    return server;
  };
  const servers = await bind(hostname, port, newServer);
  const { maxMessageBytes = 16 * 1024 * 1024, onError } = options;
  const upgrades = acceptUpgrades(servers, {
    fetch: app.fetch,
    maxMessageBytes,
    enter: () => requests.enter(),
    onTaken: (connection) => connections.keep(connection),
    onError,
  });
  const bound = portOf(servers[0]) ?? port;
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= closeAll(servers, sessions, upgrades));
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return { url: `http://${shown}:${bound}`, port: bound, close, [Symbol.asyncDispose]: close };
}

async function bind(hostname: string, port: number, newServer: () => Server): Promise<Server[]> {
  if (hostname !== "localhost") {
    const server = newServer();
    if (port !== 0 && loopback.has(hostname)) await refuseDouble(hostname, port);
    await listen(server, hostname, port);
    return [server];
  }
  for (let attempt = 1; ; attempt++) {
    const servers = [newServer(), newServer()] as const;
    try {
      await listen(servers[0], "127.0.0.1", port);
      await listen(servers[1], "::1", portOf(servers[0]) ?? port);
      return [...servers];
    } catch (error) {
      for (const server of servers) server.close();
      const isTaken =
        HoldfastError.is(error) &&
        (error.cause as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";
      if (port !== 0 || !isTaken || attempt === portAttempts) throw error;
    }
  }
}

function listen(server: Server, address: string, port: number): Promise<void> {
  const listening = Promise.withResolvers<void>();
  server.once("error", (cause: NodeJS.ErrnoException) =>
    listening.reject(
      new HoldfastError({
        code: "invalid_request",
        message:
          cause.code === "EADDRINUSE"
            ? `port ${port} on ${address} is taken; set PORT to another one, or to 0 for any`
            : `${address} port ${port}: ${cause.message}`,
        details: { address, port },
        cause,
      }),
    ),
  );
  server.listen({ host: address, port, ipv6Only: address === "::1" }, listening.resolve);
  return listening.promise;
}

function portOf(server: Server | undefined): number | null {
  const bound = server?.address();
  return typeof bound === "object" && bound !== null ? bound.port : null;
}

/** One port answered by two servers, one for each loopback family, makes every second request fail. */
async function refuseDouble(hostname: string, port: number): Promise<void> {
  const other = hostname === "::1" ? "127.0.0.1" : "::1";
  const answered = Promise.withResolvers<boolean>();
  const socket = connect({ host: other, port });
  socket.once("connect", () => answered.resolve(true));
  socket.once("error", () => answered.resolve(false));
  const isTaken = await answered.promise;
  socket.destroy();
  if (!isTaken) return;
  throw new HoldfastError({
    code: "invalid_request",
    message: `port ${port} is answered on ${other} already: who asks for localhost would meet either; set PORT to another one`,
    details: { address: other, port },
  });
}

function refuse(response: ServerResponse, error: HoldfastError): void {
  const { status, headers, body } = problem(error);
  response.writeHead(status, headers).end(body);
}

async function closeAll(
  servers: readonly Server[],
  sessions: Host,
  upgrades: Upgrades,
): Promise<void> {
  const closed = servers.map((server) => new Promise((done) => server.close(done)));
  // Ending the sessions ends their executions, and so the streams that follow them.
  await sessions.close();
  upgrades.close();
  for (const server of servers) server.closeIdleConnections();
  const rest = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, closeGraceMs);
  await Promise.all(closed);
  clearTimeout(rest);
}
