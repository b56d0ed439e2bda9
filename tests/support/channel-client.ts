import { once } from "node:events";
import {
  type ClientMessage,
  type SessionMessage,
  packMessage,
  protocolVersion,
  sessionMessageSchema,
  unpackMessage,
} from "@holdfast/core";
import { WebSocket } from "ws";

/** A message as a client may write it, with what has defaults left out. */
export type Sent = { readonly type: ClientMessage["type"] } & Readonly<Record<string, unknown>>;

/** What a handshake has besides. */
export interface ConnectOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: string[];
}

/** A client of a session's channel. Dispose of it to close it. */
export class ChannelClient implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly #received: SessionMessage[] = [];
  readonly #wakes = new Set<() => void>();
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => {
      this.#received.push(unpackMessage(data as Buffer, sessionMessageSchema));
      for (const wake of this.#wakes) wake();
    });
    this.closed = (once(socket, "close") as Promise<[number, Buffer]>).then(([code, reason]) => ({
      code,
      reason: reason.toString(),
    }));
    void this.closed.then(() => this.#wakes.forEach((wake) => wake()));
  }

  /** Opens one, and says hello. */
  static async open(
    url: string,
    sessionId: string,
    options: ConnectOptions = {},
  ): Promise<ChannelClient> {
    const client = await ChannelClient.connect(url, sessionId, options);
    client.send({ type: "hello", protocolVersion });
    await client.until((message) => message.type === "ready");
    return client;
  }

  /** Opens one, and says nothing. */
  static async connect(
    url: string,
    sessionId: string,
    options: ConnectOptions = {},
  ): Promise<ChannelClient> {
    const path = `/v1/sessions/${sessionId}/channel`;
    const { protocols = [], headers = {} } = options;
    const socket = new WebSocket(url.replace("http", "ws") + path, protocols, { headers });
    const client = new ChannelClient(socket);
    await once(socket, "open");
    return client;
  }

  get received(): readonly SessionMessage[] {
    return this.#received;
  }

  send(message: Sent): void {
    this.socket.send(packMessage(message));
  }

  /** The first message that came, or comes, of which this holds. @throws Error when the channel closes before */
  async until<Found extends SessionMessage>(
    is: ((message: SessionMessage) => message is Found) | ((message: SessionMessage) => boolean),
  ): Promise<Found> {
    for (let at = 0; ; at++) {
      while (at >= this.#received.length) {
        if (this.socket.readyState === WebSocket.CLOSED)
          throw new Error(`the channel closed after ${JSON.stringify(this.#received.at(-1))}`);
        const woken = Promise.withResolvers<void>();
        this.#wakes.add(woken.resolve);
        await woken.promise;
        this.#wakes.delete(woken.resolve);
      }
      const message = this.#received[at];
      if (message !== undefined && is(message)) return message as Found;
    }
  }

  /** The answer to a request. */
  async ask(request: Sent & { readonly requestId: string }): Promise<SessionMessage> {
    this.send(request);
    return this.until(
      (message) => "requestId" in message && message.requestId === request.requestId,
    );
  }

  /** Runs code to its end and answers with all that was told of it. */
  async execute(executionId: string, code: string, more: object = {}) {
    this.send({ type: "execute", executionId, code, ...more });
    await this.until(
      (message) => message.type === "completed" && message.executionId === executionId,
    );
    return this.#received.filter(
      (message) => "executionId" in message && message.executionId === executionId,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}
