import { createServer, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { HoldfastError, type Host } from "@holdfast/core";
import { createApp } from "./app.ts";
import type { AppOptions } from "./app-options.ts";
import { type Upgrades, acceptUpgrades } from "./channel/upgrade.ts";
import { problem, problemResponse } from "./problem.ts";

/** What {@link serve} needs. */
export interface ServeOptions extends Omit<AppOptions, "host"> {
  readonly sessions: Host;
  /** @default `127.0.0.1` */
  readonly hostname?: string;
  /** 0 picks a free one. @default 4650 */
  readonly port?: number;
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

// Of ports that are free on one family but not on the other, which is rare.
const portAttempts = 20;

// For clients that do not read the end of what they are told.
const closeGraceMs = 500;

/**
 * Serves a host over HTTP. `localhost` listens on both loopback families, or on none.
 * @throws HoldfastError `invalid_request` for another address than loopback without a token, or a port that is taken
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { sessions, hostname = "127.0.0.1", port = 4650, token = null } = options;
  if (token === null && !loopback.has(hostname)) {
    throw new HoldfastError({
      code: "invalid_request",
      message: `host ${hostname}: without a token only loopback addresses are served; set HOLDFAST_TOKEN`,
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
  const newServer = () =>
    createServer({ noDelay: true }, (request, response) => {
      // An absolute target names a host of its own, past the check of the Host header.
      if (request.url?.startsWith("/") === true) void listener(request, response);
      else refuseTarget(response);
    });
  const servers = await bind(hostname, port, newServer);
  const { maxMessageBytes = 16 * 1024 * 1024, onError } = options;
  const upgrades = acceptUpgrades(servers, { fetch: app.fetch, maxMessageBytes, onError });
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

function badTarget(): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: "request: its target is no path, or its Host is no name",
  });
}

function refuseTarget(response: ServerResponse): void {
  const { status, headers, body } = problem(badTarget());
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
