import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What a server holds open at most. Times in milliseconds. */
export interface ConnectionLimitOptions {
  /** Connections; for one more the one goes that has been without a request for the longest time. */
  readonly maxConnections: number;
  /** An answer of which the client takes nothing for so long is given up, with its connection. */
  readonly stallMs: number;
}

/**
 * Keeps a flood of connections from keeping others out: those that send nothing, or half of a request, make room for new
 * ones. Nothing that is being answered is cut, except where its client has stopped to read.
 */
export class ConnectionLimit {
  readonly #options: ConnectionLimitOptions;
  readonly #all = new Set<Socket>();
  /** Without a request, the longest first. */
  readonly #idle = new Set<Duplex>();

  constructor(options: ConnectionLimitOptions) {
    this.#options = options;
  }

  watch(server: Server): void {
    server.on("connection", (socket: Socket) => this.#opened(socket));
    server.prependListener("request", (request: IncomingMessage, response: ServerResponse) =>
      this.#began(request.socket, response),
    );
  }

  /** A connection that has become a WebSocket is in use until it is closed. */
  keep(socket: Duplex): void {
    this.#idle.delete(socket);
  }

  #opened(socket: Socket): void {
    this.#all.add(socket);
    this.#idle.add(socket);
    socket.once("close", () => {
      this.#all.delete(socket);
      this.#idle.delete(socket);
    });
    if (this.#all.size <= this.#options.maxConnections) return;
    const [oldest] = this.#idle;
    // Its `close` comes later; the next new one must not find it here.
    if (oldest !== undefined) this.#idle.delete(oldest);
    oldest?.destroy();
  }

  #began(socket: Socket, response: ServerResponse): void {
    const { stallMs } = this.#options;
    this.#idle.delete(socket);
    // The answer is written as a whole, but not taken. Node closes a socket whose time is over.
    response.once("prefinish", () => socket.setTimeout(stallMs));
    response.once("finish", () => {
      // Node has set it anew where no other request waits in the connection.
      if (socket.timeout === stallMs) socket.setTimeout(0);
    });
    response.once("close", () => {
      if (!socket.destroyed) this.#idle.add(socket);
    });
  }
}
