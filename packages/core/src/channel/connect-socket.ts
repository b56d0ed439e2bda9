import { type Server, type Socket, connect, createServer } from "node:net";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { within } from "../time/within.ts";

/** Where a peer listens: the path of a Unix socket, or a TCP port. */
export type SocketAddress =
  | { readonly path: string }
  | { readonly host: string; readonly port: number };

/** Bounds of {@link connectSocket}. */
export interface ConnectOptions {
  /** Milliseconds. @default 5,000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Connects to a peer, for a {@link StreamChannel}.
 * @throws HoldfastError `channel_closed` when nobody takes the connection, `deadline_exceeded`, `cancelled`
 */
export async function connectSocket(
  address: SocketAddress,
  { timeoutMs = 5_000, signal }: ConnectOptions = {},
): Promise<Socket> {
  const socket = connect({ ...address, noDelay: true });
  const connected = Promise.withResolvers<Socket>();
  const failed = (cause: Error) =>
    connected.reject(
      new HoldfastError({
        code: "channel_closed",
        message: `connection to ${nameOf(address)}: ${cause.message}`,
        details: { address },
        cause,
      }),
    );
  socket.once("connect", () => connected.resolve(socket));
  socket.once("error", failed);
  try {
    await within(connected.promise, {
      timeoutMs,
      what: `connection to ${nameOf(address)}`,
      ...(signal ? { signal } : {}),
    });
    socket.off("error", failed);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A listener of {@link listenForSockets}. */
export interface SocketListener extends AsyncDisposable {
  /** Where it listens, with the port that it got for port 0. */
  readonly address: SocketAddress;
  /** Takes no more connections; those that are there stay. */
  close(): Promise<void>;
  /** Lets our process end while it listens. */
  unref(): void;
}

/**
 * Listens for peers. A Unix socket is made with the rights that the process's umask gives: put it into a private folder.
 * @throws HoldfastError `invalid_request` when the address is taken or cannot be listened on
 */
export async function listenForSockets(
  address: SocketAddress,
  onSocket: (socket: Socket) => void,
): Promise<SocketListener> {
  const server = createServer({ noDelay: true }, onSocket);
  const listening = Promise.withResolvers<void>();
  server.once("error", (cause) =>
    listening.reject(
      new HoldfastError({
        code: "invalid_request",
        message: `${nameOf(address)}: ${cause.message}`,
        details: { address },
        cause,
      }),
    ),
  );
  server.listen(address, listening.resolve);
  await listening.promise;
  // Not its own callback: that waits for the connections, too.
  const close = async () => void server.close();
  return {
    address: boundTo(server, address),
    close,
    unref: () => void server.unref(),
    [Symbol.asyncDispose]: close,
  };
}

function boundTo(server: Server, address: SocketAddress): SocketAddress {
  const bound = server.address();
  if ("path" in address || typeof bound !== "object" || bound === null) return address;
  return { host: address.host, port: bound.port };
}

function nameOf(address: SocketAddress): string {
  return "path" in address ? address.path : `${address.host}:${address.port}`;
}
