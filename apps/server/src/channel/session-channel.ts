import {
  type ClientMessage,
  type ExecutionEvent,
  type ExecutionHandle,
  HoldfastError,
  type Session,
  type SessionMessage,
  protocolVersion,
} from "@holdfast/core";
import type { WebSocket } from "ws";
import { ChannelSocket } from "./channel-socket.ts";
import { type ClientRequest, answerRequest, isRequest } from "./session-requests.ts";

/** What {@link serveChannel} needs. Times in milliseconds. */
export interface ChannelOptions {
  readonly session: Session;
  readonly heartbeatMs: number;
  readonly stallMs: number;
  readonly onClose: () => void;
  /** Told of what went wrong inside; the client is not. */
  readonly onError: (error: unknown) => void;
  /** Counts a message within the limit of who is connected. @throws HoldfastError `rate_limited` */
  readonly countMessage: () => void;
  /** Counts an execution within the limit of who is connected. @throws HoldfastError `too_many_executions` */
  readonly counted: (start: () => ExecutionHandle) => Promise<ExecutionHandle>;
}

type Execute = Extract<ClientMessage, { readonly type: "execute" }>;

/** Speaks with a client of a session until either goes. What it started runs on. */
export function serveChannel(socket: WebSocket, options: ChannelOptions): void {
  void new SessionChannel(socket, options);
}

class SessionChannel {
  readonly #session: Session;
  readonly #counted: ChannelOptions["counted"];
  readonly #countMessage: () => void;
  readonly #socket: ChannelSocket;
  readonly #leaving = new AbortController();
  /** Executions that wait for input, by the id of the request. */
  readonly #inputs = new Map<string, ExecutionHandle>();
  /** Settles when `hello` has its answer, before which no other message has one. `null` until it comes. */
  #greeting: Promise<void> | null = null;

  constructor(socket: WebSocket, options: ChannelOptions) {
    const { session, counted, countMessage, onClose, ...bounds } = options;
    this.#session = session;
    this.#counted = counted;
    this.#countMessage = countMessage;
    this.#socket = new ChannelSocket(socket, {
      ...bounds,
      onMessage: (message) => this.#answer(message),
      onBeat: () => this.#check(),
      onClose: () => {
        this.#leaving.abort();
        onClose();
      },
    });
  }

  #check(): void {
    if (this.#greeting === null) void this.#socket.fail(notGreeted());
    else if (this.#session.status === "closed") void this.#socket.fail(closed(this.#session.id));
  }

  async #answer(message: ClientMessage): Promise<void> {
    if (message.type === "hello") {
      // The first one belongs to the handshake, which has been counted.
      if (this.#greeting !== null) this.#countMessage();
      return (this.#greeting = this.#greet(message.protocolVersion));
    }
    if (this.#greeting === null) throw notGreeted();
    await this.#greeting;
    try {
      this.#countMessage();
    } catch (error) {
      return this.#socket.refuse(idOf(message), error);
    }
    switch (message.type) {
      case "execute":
        return this.#execute(message);
      case "interrupt":
        return this.#interrupt(message.executionId);
      case "input_reply":
        return this.#input(message.requestId, message.data);
      default: {
        if (!isRequest(message)) return message satisfies never;
        return this.#request(message);
      }
    }
  }

  async #greet(version: number): Promise<void> {
    if (version !== protocolVersion) {
      throw new HoldfastError({
        code: "protocol_mismatch",
        message: `hello: received protocol ${version}, allowed ${protocolVersion}`,
      });
    }
    const { runtime, runtimeVersion, pid } = this.#session;
    const info = await runtime.inspect();
    await this.#socket.send({
      type: "ready",
      protocolVersion,
      runtime: runtime.name,
      version: runtimeVersion,
      pid,
      features: info.isAvailable ? [...info.features] : [],
    });
  }

  /** Queues it; its events come by themselves, each when the one before has been taken. */
  async #execute({ executionId, code, ...given }: Execute): Promise<void> {
    let execution: ExecutionHandle;
    try {
      execution = await this.#counted(() =>
        this.#session.execute(code, { ...optionsOf(given), id: executionId }),
      );
    } catch (error) {
      return this.#socket.refuse(executionId, error);
    }
    void this.#follow(execution);
  }

  async #follow(execution: ExecutionHandle): Promise<void> {
    const { signal } = this.#leaving;
    try {
      for await (const event of execution.events({ signal })) {
        for (const message of messagesOf(execution, event)) {
          if (message.type === "input_request") this.#inputs.set(message.requestId, execution);
          await this.#socket.send(message);
        }
      }
    } catch (error) {
      await this.#socket.fail(error);
    } finally {
      for (const [id, one] of this.#inputs) if (one === execution) this.#inputs.delete(id);
    }
  }

  async #interrupt(executionId: string): Promise<void> {
    try {
      this.#session.execution(executionId).interrupt();
    } catch (error) {
      await this.#socket.refuse(executionId, error);
    }
  }

  async #input(requestId: string, data: string | null): Promise<void> {
    try {
      const execution = this.#inputs.get(requestId) ?? this.#session.execution(requestId);
      this.#inputs.delete(requestId);
      await execution.write(data ?? "", { close: data === null });
    } catch (error) {
      await this.#socket.refuse(requestId, error);
    }
  }

  async #request(message: ClientRequest): Promise<void> {
    try {
      await this.#socket.send(await answerRequest(this.#session, message));
    } catch (error) {
      await this.#socket.refuse(message.requestId, error);
    }
  }
}

/** What a message is refused by. */
function idOf(message: Exclude<ClientMessage, { readonly type: "hello" }>): string {
  return "requestId" in message ? message.requestId : message.executionId;
}

function optionsOf({
  stdin,
  env,
  cwd,
  timeoutMs,
  allowInput,
  trackChanges,
}: Omit<Execute, "executionId" | "code">) {
  return {
    allowInput,
    trackChanges,
    ...(stdin == null ? {} : { stdin }),
    ...(env == null ? {} : { env }),
    ...(cwd == null ? {} : { cwd }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** An event as the protocol says it. */
function messagesOf(execution: ExecutionHandle, event: ExecutionEvent): readonly SessionMessage[] {
  const of = { executionId: execution.id, seq: event.seq };
  switch (event.type) {
    case "stdout":
    case "stderr":
      return [{ type: "output", ...of, stream: event.type, data: Buffer.from(event.bytes) }];
    case "started":
      return [{ type: "started", ...of, pid: event.pid }];
    case "display":
      return [{ ...event, ...of, requestId: null }];
    case "input_request":
      return [{ ...event, ...of, requestId: `${execution.id}:${event.seq}` }];
    case "result":
    case "error":
    case "gap":
      return [{ ...event, ...of }];
    case "completed": {
      const { status, exitCode, signal, sessionState, durationMs, changes } = event.execution;
      if (status === "queued" || status === "running") return [];
      return [
        ...(changes === null ? [] : [{ type: "changes" as const, ...of, ...changes }]),
        { type: "completed", ...of, status, exitCode, signal, sessionState, durationMs },
      ];
    }
    case "heartbeat": // not asked for: the channel has pings
      return [];
    default:
      return event satisfies never;
  }
}

function notGreeted(): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: "channel: the first message is hello, and it comes at once",
  });
}

function closed(sessionId: string): HoldfastError {
  return new HoldfastError({
    code: "session_closed",
    message: `session ${sessionId} is closed`,
    details: { sessionId },
  });
}
