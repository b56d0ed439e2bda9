import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { z } from "zod";
import { checkResponse } from "../support/check-response.ts";

/** A session as the tests read it: only what HTTP promises. */
export const sessionSchema = z.object({
  id: z.string(),
  runtime: z.string(),
  state: z.enum(["starting", "idle", "busy", "restarting", "lost", "closed"]),
  pid: z.int().nullable(),
  createdAt: z.iso.datetime(),
  lastActivityAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  restarts: z.int(),
  executionCount: z.int(),
  labels: z.record(z.string(), z.string()),
});

export const executionSchema = z.object({
  id: z.string(),
  sessionId: z.string(),
  status: z.enum(["queued", "running", "ok", "error", "timeout", "interrupted", "lost"]),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  stdoutBytes: z.int(),
  stderrBytes: z.int(),
  truncated: z.boolean(),
  result: z
    .object({
      repr: z.string(),
      value: z.unknown(),
      valueTruncated: z.boolean(),
      mime: z.record(z.string(), z.string()),
    })
    .nullable(),
  displays: z.array(z.object({ mime: z.record(z.string(), z.string()) })),
  error: z
    .object({
      name: z.string(),
      message: z.string(),
      text: z.string(),
      traceback: z.array(
        z.object({ file: z.string(), line: z.int(), function: z.string(), source: z.string() }),
      ),
    })
    .nullable(),
  startedAt: z.iso.datetime().nullable(),
  durationMs: z.number(),
  sessionState: z.enum(["kept", "restored", "lost"]),
});
export type ExecutionAnswer = z.infer<typeof executionSchema>;

/** An event of a stream, with the id and the type of its frame. */
export interface StreamEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  readonly json: unknown;
}

/** How a request is sent. */
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is, in place of JSON. */
  readonly rawBody?: string | Buffer;
}

/** Requests to one server, as any client could make them: Node's own, so that every header can be set. */
export class ApiClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Sends a request and answers with the head of the answer. */
  async open(method: string, path: string, options: RequestOptions = {}): Promise<IncomingMessage> {
    const { headers = {}, body, rawBody } = options;
    const payload = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const opened = Promise.withResolvers<IncomingMessage>();
    const request = httpRequest(
      `${this.url}${path}`,
      {
        method,
        agent: false,
        headers: {
          ...(payload === undefined
            ? {}
            : {
                "content-type": "application/json",
                ...(headers["transfer-encoding"] === undefined
                  ? { "content-length": String(Buffer.byteLength(payload)) }
                  : {}),
              }),
          ...headers,
        },
      },
      opened.resolve,
    );
    request.once("error", opened.reject);
    request.end(payload);
    return opened.promise;
  }

  /** Sends a request and reads its answer. @throws Error when JSON in it is not what the OpenAPI document says */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const response = await this.open(method, path, options);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const { statusCode: status = 0, headers } = response;
    const contentType = headers["content-type"] ?? "";
    const isJson = /^application\/(?:problem\+)?json/.test(contentType) && text !== "";
    const json: unknown = isJson ? JSON.parse(text) : null;
    if (isJson) await checkResponse({ method, path, status, contentType, json });
    return { status, headers, text, json };
  }

  get(path: string): Promise<Answer> {
    return this.request("GET", path);
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.request("POST", path, body === undefined ? {} : { body });
  }

  /** Starts a session. @throws Error for any other answer than 201 */
  async session(runtime: string, more: Readonly<Record<string, unknown>> = {}) {
    const answer = await this.post("/v1/sessions", { runtime, ...more });
    if (answer.status !== 201) throw new Error(`session: ${answer.status} ${answer.text}`);
    return sessionSchema.parse(answer.json);
  }

  /** Runs code to its end. @throws Error for any other answer than 200 */
  async execute(
    sessionId: string,
    code: string,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<ExecutionAnswer> {
    const answer = await this.post(`/v1/sessions/${sessionId}/executions`, { code, ...more });
    if (answer.status !== 200) throw new Error(`execution: ${answer.status} ${answer.text}`);
    return executionSchema.parse(answer.json);
  }

  /** Opens a stream of events. Leaving it, or calling `cut`, closes its connection. */
  async stream(method: string, path: string, options: RequestOptions = {}): Promise<EventReader> {
    const headers = { ...options.headers, accept: "text/event-stream" };
    const response = await this.open(method, path, { ...options, headers });
    if (response.headers["content-type"] !== "text/event-stream")
      throw new Error(`no stream: ${response.statusCode} ${response.headers["content-type"]}`);
    return new EventReader(response);
  }

  /** Runs code and follows it. */
  follow(sessionId: string, code: string, more: object = {}, query = ""): Promise<EventReader> {
    const path = `/v1/sessions/${sessionId}/executions${query}`;
    return this.stream("POST", path, { body: { code, ...more } });
  }
}

/** A stream of server-sent events, read as the standard says. */
export class EventReader implements AsyncIterable<StreamEvent> {
  readonly response: IncomingMessage;
  readonly #events: AsyncGenerator<StreamEvent, void, void>;

  constructor(response: IncomingMessage) {
    this.response = response;
    this.#events = this.#read();
  }

  get executionId(): string {
    return String(this.response.headers["x-execution-id"]);
  }

  /** Closes the connection, as a client that goes away does. */
  cut(): void {
    this.response.destroy();
  }

  /** The next event, heartbeats included. @throws Error when there is none */
  async next(): Promise<StreamEvent> {
    const { value } = await this.#events.next();
    if (value === undefined) throw new Error("the stream has ended");
    return value;
  }

  /** Goes on to the first event of a type. */
  async until(type: string): Promise<StreamEvent> {
    for (;;) {
      const event = await this.next();
      if (event.event === type) return event;
    }
  }

  /** All that comes, without heartbeats. */
  async rest(): Promise<readonly StreamEvent[]> {
    const events: StreamEvent[] = [];
    for await (const event of this) if (event.event !== "heartbeat") events.push(event);
    return events;
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent> {
    return this.#events;
  }

  async *#read(): AsyncGenerator<StreamEvent, void, void> {
    let pending = "";
    for await (const chunk of this.response.setEncoding("utf8")) {
      const blocks = (pending + String(chunk)).split("\n\n");
      pending = blocks.pop() ?? "";
      for (const block of blocks) yield eventOf(block);
    }
    if (pending !== "") throw new Error(`half an event: ${pending.slice(0, 200)}`);
  }
}

function eventOf(block: string): StreamEvent {
  const fields = new Map(
    // The standard ends a line at a lone CR, too.
    block.split(/\r\n|[\r\n]/).map((line): [string, string] => {
      const at = line.indexOf(": ");
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
  return {
    id: fields.get("id") ?? null,
    event: fields.get("event") ?? "message",
    data: JSON.parse(fields.get("data") ?? "null") as Readonly<Record<string, unknown>>,
  };
}

/** What a server answers to bytes as they are, until it closes the connection or `enough` is seen. */
export async function rawExchange(
  port: number,
  bytes: string,
  enough: RegExp | null = null,
): Promise<string> {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  const closed = Promise.withResolvers<void>();
  let answer = "";
  socket.on("data", (chunk: string) => {
    answer += chunk;
    if (enough?.test(answer) === true) socket.destroy();
  });
  socket.on("error", () => {}); // a server may close with some of it unread
  socket.once("close", () => closed.resolve());
  socket.write(bytes);
  await closed.promise;
  return answer;
}

/** What events say was written to a stream, byte for byte. */
export function bytesOf(events: readonly StreamEvent[], type: "stdout" | "stderr"): Buffer {
  return Buffer.concat(
    events
      .filter(({ event }) => event === type)
      .map(({ data }) =>
        typeof data["text"] === "string"
          ? Buffer.from(data["text"])
          : Buffer.from(String(data["base64"]), "base64"),
      ),
  );
}
