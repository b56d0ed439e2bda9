import { STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { HoldfastError } from "@holdfast/core";
import { type WebSocket, WebSocketServer } from "ws";
import { badTarget, problemResponse } from "../problem.ts";
import { isChannelRequest } from "./channel-request.ts";

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
  /** Counts a request that is being answered until the answered function is called. @throws HoldfastError `overloaded` */
  readonly enter: () => () => void;
  /** Told of a connection that stays: it is a WebSocket from now on. */
  readonly onTaken: (connection: Duplex) => void;
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

// An option of ws that its types do not have: for a client to close its side, 30 s by default.
const unlisted = { closeTimeout: 5_000 };

// What a header can carry: fetch refuses to send anything else.
const headerText = /^[!-~\u00a1-\u00ff]+$/;

/**
 * Lets the app decide about requests for WebSockets, by the same rules and routes as all others: who is refused gets the
 * answer as HTTP, and no WebSocket. The servers are to give all other requests with an `Upgrade` header to their ordinary
 * listener, see {@link isChannelRequest}; where Node cannot (before 22.21) they are refused.
 */
export function acceptUpgrades(servers: readonly Server[], options: UpgradeOptions): Upgrades {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false, // a small message could become a large one
    autoPong: false,
    ...unlisted,
    handleProtocols: (names) => (names.has(subprotocol) ? subprotocol : false),
  });
  for (const server of servers) {
    server.on("upgrade", (request: IncomingMessage, connection: Duplex, head: Buffer) => {
      const ignore = () => connection.destroy();
      connection.on("error", ignore);
      decide(request, connection, options).then(
        ({ take, response }) => {
          if (take === null) void refuse(connection, response);
          else {
            sockets.handleUpgrade(request, connection, head, (socket) => {
              connection.off("error", ignore);
              options.onTaken(connection);
              take(socket);
            });
          }
        },
        (error: unknown) => {
          if (!HoldfastError.is(error)) options.onError?.(error);
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
  connection: Duplex,
  { fetch, enter }: UpgradeOptions,
): Promise<{ readonly take: ((socket: WebSocket) => void) | null; readonly response: Response }> {
  if (!isChannelRequest(incoming)) throw notAChannel();
  const url = `http://${incoming.headers.host ?? ""}${incoming.url ?? ""}`;
  if (!URL.canParse(url)) throw badTarget();
  const leave = enter();
  connection.once("close", leave);
  let taken: ((socket: WebSocket) => void) | null = null;
  const request = new Request(url, { headers: headersOf(incoming) });
  const response = await fetch(request, { incoming, upgrade: (take) => (taken = take) });
  const take = response.ok ? taken : null;
  if (take === null) leave();
  return { take, response };
}

/** With the token as other requests send it, where it came as a subprotocol. */
function headersOf({ headers }: IncomingMessage): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) all.set(name, Array.isArray(value) ? value.join(", ") : value);
  const names = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  const named = names.find((name) => name.startsWith(tokenPrefix))?.slice(tokenPrefix.length);
  if (named === undefined || all.has("authorization")) return all;
  const token = Buffer.from(named, "base64url").toString("utf8");
  if (headerText.test(token)) all.set("authorization", `Bearer ${token}`);
  return all;
}

/** Answers as HTTP, and lets go of the connection: when its client does, or soon, taken or not. */
async function refuse(connection: Duplex, response: Response): Promise<void> {
  const rest = setTimeout(() => connection.destroy(), closeGraceMs);
  connection.once("close", () => clearTimeout(rest));
  const body = Buffer.from(await response.arrayBuffer());
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}`];
  for (const [name, value] of response.headers)
    if (name !== "content-length") lines.push(`${name}: ${value}`);
  lines.push(`content-length: ${body.length}`, "connection: close", "", "");
  connection.end(Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), body]));
  // To its end: closing a connection with something unread in it can cost the client the answer.
  connection.resume();
}

function notAChannel(): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: "Upgrade: allowed is websocket, for the channel of a session",
  });
}
