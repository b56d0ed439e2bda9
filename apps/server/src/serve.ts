import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { HoldfastError, type Host } from "@holdfast/core";
import { createApp } from "./app.ts";
import type { AppOptions } from "./app-options.ts";

/** What {@link serve} needs. */
export interface ServeOptions extends Omit<AppOptions, "host"> {
  readonly sessions: Host;
  /** @default `127.0.0.1` */
  readonly hostname?: string;
  /** 0 picks a free one. @default 4650 */
  readonly port?: number;
}

/** A server that listens. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, ends streams, ends all sessions. Repeated calls share the end. */
  close(): Promise<void>;
}

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);

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
  const listener = getRequestListener(createApp({ ...options, host: sessions }).fetch);
  const addresses = hostname === "localhost" ? ["127.0.0.1", "::1"] : [hostname];
  if (port !== 0 && hostname !== "localhost" && loopback.has(hostname))
    await refuseDouble(hostname, port);
  const servers: Server[] = [];
  let bound = port;
  try {
    for (const address of addresses) {
      const server = createServer(
        { noDelay: true },
        (request, response) => void listener(request, response),
      );
      bound = await listen(server, address, bound);
      servers.push(server);
    }
  } catch (cause) {
    for (const server of servers) server.close();
    throw cause;
  }
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= closeAll(servers, sessions));
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return { url: `http://${shown}:${bound}`, port: bound, close, [Symbol.asyncDispose]: close };
}

async function closeAll(servers: readonly Server[], sessions: Host): Promise<void> {
  for (const server of servers) server.close();
  // Ending the sessions ends their executions, and so the streams that follow them.
  await sessions.close();
  for (const server of servers) server.closeIdleConnections();
  const rest = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), 500);
  await Promise.all(servers.map((server) => new Promise((done) => server.once("close", done))));
  clearTimeout(rest);
}

function listen(server: Server, address: string, port: number): Promise<number> {
  const listening = Promise.withResolvers<number>();
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
  server.listen({ host: address, port, ipv6Only: true }, () => {
    const bound = server.address();
    listening.resolve(typeof bound === "object" && bound !== null ? bound.port : port);
  });
  return listening.promise;
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
