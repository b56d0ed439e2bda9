import { STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { badTarget, problemResponse } from "../problem.ts";

/** How a route takes over the connection of a request that asks for a WebSocket. */
export interface UpgradeEnv {
  readonly incoming: IncomingMessage;
  /** Called by the route that takes it, before it answers. */
  readonly upgrade: (take: (socket: WebSocket) => void) => void;
}

/** What {@link acceptUpgrades} needs. */
export interface UpgradeOptions {
  readonly fetch: (request: Request, env: UpgradeEnv) => Response | Promise<Response>;
  /** The most that one message may have. */
  readonly maxMessageBytes: number;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The WebSockets of a server. */
export interface Upgrades {
  /** Asks all of them to go, and ends those that stay. */
  close(): void;
}

/** What clients may name in `Sec-WebSocket-Protocol`; a browser can send its token in no other place. */
const subprotocol = "holdfast";
const tokenPrefix = "holdfast.bearer.";
const closeGraceMs = 500;

/**
 * Lets the app decide about requests for WebSockets, by the same rules and routes as all others: who is refused gets the
 * answer as HTTP, and no WebSocket.
 */
export function acceptUpgrades(servers: readonly Server[], options: UpgradeOptions): Upgrades {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false, // a small message could become a large one
    autoPong: false,
    handleProtocols: (names) => (names.has(subprotocol) ? subprotocol : false),
  });
  for (const server of servers) {
    server.on("upgrade", (request: IncomingMessage, connection: Duplex, head: Buffer) => {
      const ignore = () => connection.destroy();
      connection.on("error", ignore);
      decide(request, options).then(
        ({ take, response }) => {
          if (take === null) void refuse(connection, response);
          else {
            sockets.handleUpgrade(request, connection, head, (socket) => {
              connection.off("error", ignore);
              take(socket);
            });
          }
        },
        (error: unknown) => {
          options.onError?.(error);
          void refuse(connection, problemResponse(error));
        },
      );
    });
  }
  return {
    close() {
      for (const socket of sockets.clients) socket.close(1001);
      setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, closeGraceMs).unref();
    },
  };
}

async function decide(
  incoming: IncomingMessage,
  { fetch }: UpgradeOptions,
): Promise<{ readonly take: ((socket: WebSocket) => void) | null; readonly response: Response }> {
  let taken: ((socket: WebSocket) => void) | null = null;
  const url = `http://${incoming.headers.host ?? ""}${incoming.url ?? ""}`;
  // An absolute target names a host of its own, past the check of the Host header.
  if (incoming.url?.startsWith("/") !== true || !URL.canParse(url))
    return { take: null, response: problemResponse(badTarget()) };
  const request = new Request(url, { headers: headersOf(incoming) });
  const response = await fetch(request, { incoming, upgrade: (take) => (taken = take) });
  return { take: response.ok ? taken : null, response };
}

/** With the token as other requests send it, where it came as a subprotocol. */
function headersOf({ headers }: IncomingMessage): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) all.set(name, Array.isArray(value) ? value.join(", ") : value);
  const names = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  const token = names.find((name) => name.startsWith(tokenPrefix))?.slice(tokenPrefix.length);
  if (token !== undefined && !all.has("authorization"))
    all.set("authorization", `Bearer ${Buffer.from(token, "base64url").toString("utf8")}`);
  return all;
}

async function refuse(connection: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}`];
  for (const [name, value] of response.headers)
    if (name !== "content-length") lines.push(`${name}: ${value}`);
  lines.push(`content-length: ${body.length}`, "connection: close", "", "");
  connection.end(Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), body]));
}
