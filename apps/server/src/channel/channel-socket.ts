import {
  type ClientMessage,
  HoldfastError,
  type SessionMessage,
  clientMessageSchema,
  packMessage,
  unpackMessage,
} from "@holdfast/core";
import type { RawData, WebSocket } from "ws";
import { forClients, isInside } from "../problem.ts";

/** Bounds of a {@link ChannelSocket}. Times in milliseconds. */
export interface ChannelSocketOptions {
  /** How often the client is asked whether it lives; it is left when it has not answered by the next time. */
  readonly heartbeatMs: number;
  /** A client that takes nothing for so long is left. */
  readonly stallMs: number;
  /** Answers a message; while too many are being answered no more are read. */
  readonly onMessage: (message: ClientMessage) => Promise<void>;
  /** Called with each heartbeat. */
  readonly onBeat: () => void;
  /** Told of what went wrong inside; the client is not. */
  readonly onError: (error: unknown) => void;
  readonly onClose: () => void;
}

// So many are answered at once; the rest waits in the client's buffers.
const maxPending = 16;

// A client that pings and reads nothing would fill our memory with answers.
const maxBufferedForPong = 64 * 1024;

/** Messages over a WebSocket, one in each binary frame. */
export class ChannelSocket {
  readonly #socket: WebSocket;
  readonly #options: ChannelSocketOptions;
  readonly #heartbeat: NodeJS.Timeout;
  #isAlive = true;
  #isClosing = false;
  #pending = 0;

  constructor(socket: WebSocket, options: ChannelSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs);
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.on("pong", () => (this.#isAlive = true));
    socket.on("ping", (data) => {
      this.#isAlive = true;
      if (socket.bufferedAmount < maxBufferedForPong) socket.pong(data);
    });
    socket.on("error", () => socket.terminate());
    socket.once("close", () => {
      this.#isClosing = true;
      clearInterval(this.#heartbeat);
      options.onClose();
    });
  }

  /** Settles when it is written, or when there is nobody left to write to. Await it to keep memory bounded. */
  send(message: SessionMessage): Promise<void> {
    if (this.#isClosing) return Promise.resolve();
    const sent = Promise.withResolvers<void>();
    const stall = setTimeout(() => this.#socket.terminate(), this.#options.stallMs);
    this.#socket.send(packMessage(message), { binary: true }, () => {
      clearTimeout(stall);
      sent.resolve();
    });
    return sent.promise;
  }

  /** Says why one request is not carried out. */
  refuse(requestId: string, error: unknown): Promise<void> {
    return this.send({ type: "refused", requestId, ...this.#told(error) });
  }

  /** Says why, and closes. */
  async fail(error: unknown): Promise<void> {
    const { code, message } = this.#told(error);
    if (this.#isClosing) return;
    const said = this.send({ type: "fault", code, message });
    this.#isClosing = true;
    this.#socket.close(closeCodes[code] ?? 1011, code);
    await said;
  }

  /** What the client may know of an error. */
  #told(error: unknown): { readonly code: string; readonly message: string } {
    if (isInside(error)) this.#options.onError(error);
    const { code, message } = forClients(error);
    return { code, message };
  }

  #beat(): void {
    if (!this.#isAlive) return this.#socket.terminate();
    this.#isAlive = false;
    this.#socket.ping();
    this.#options.onBeat();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#isAlive = true;
    if (this.#isClosing) return;
    let message: ClientMessage;
    try {
      if (!isBinary || !Buffer.isBuffer(data)) throw textFrame();
      message = unpackMessage(data, clientMessageSchema);
    } catch (error) {
      void this.fail(error);
      return;
    }
    void this.#answer(message);
  }

  async #answer(message: ClientMessage): Promise<void> {
    if (++this.#pending === maxPending) this.#socket.pause();
    try {
      await this.#options.onMessage(message);
    } catch (error) {
      await this.fail(error);
    } finally {
      if (this.#pending-- === maxPending) this.#socket.resume();
    }
  }
}

const closeCodes: Readonly<Record<string, number>> = {
  message_invalid: 1007,
  protocol_mismatch: 1002,
  invalid_request: 1002,
  session_closed: 1000,
  session_expired: 1000,
  shutting_down: 1001,
  rate_limited: 1013,
};

function textFrame(): HoldfastError {
  return new HoldfastError({
    code: "message_invalid",
    message: "frame: received text, allowed binary frames with one msgpack message each",
  });
}
