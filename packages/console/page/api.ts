import { EventParser } from "./sse.ts";

/** What the page uses of the server's answers; see `/openapi.json`. */
export interface SessionView {
  readonly id: string;
  readonly runtime: string;
  readonly state: string;
  readonly pid: number | null;
}

export interface RuntimeView {
  readonly name: string;
  readonly available: boolean;
  readonly version: string | null;
  readonly reason: string | null;
}

export interface Rich {
  readonly mime: Readonly<Record<string, string>>;
}

export interface ExecutionView {
  readonly id: string;
  readonly status: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  readonly sessionState: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly result: (Rich & { readonly repr: string }) | null;
  readonly displays: readonly Rich[];
  readonly error: { readonly text: string } | null;
}

export type EventView = { readonly seq: number; readonly type: string } & Partial<ExecutionView> & {
    readonly executionId?: string;
    readonly text?: string;
    readonly base64?: string;
    readonly repr?: string;
    readonly mime?: Readonly<Record<string, string>>;
    readonly prompt?: string;
    readonly password?: boolean;
    readonly fromSeq?: number;
    readonly toSeq?: number;
  };

/** What the server refused, with its code. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const tokenKey = "holdfast-token";

export function setToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
}

/** Calls the server. @throws ApiError with what it says */
export async function call(
  path: string,
  method = "GET",
  body?: unknown,
  accept = "application/json",
): Promise<Response> {
  const token = sessionStorage.getItem(tokenKey);
  const response = await fetch(path, {
    method,
    headers: {
      accept,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { detail?: string };
  throw new ApiError(response.status, problem.detail ?? `the server answered ${response.status}`);
}

export async function get<T>(path: string): Promise<T> {
  return (await (await call(path)).json()) as T;
}

const mostRetries = 20;

/** Runs code and follows its events to the end, over broken connections too: each event comes once. */
export async function* run(session: string, code: string): AsyncGenerator<EventView> {
  const base = `/v1/sessions/${session}/executions`;
  let executionId: string | null = null;
  let seq = 0;
  for (let retries = 0; retries < mostRetries; retries++) {
    try {
      const response: Response =
        executionId === null
          ? await call(base, "POST", { code, allowInput: true }, "text/event-stream")
          : await call(
              `${base}/${executionId}/events?after=${seq}`,
              "GET",
              undefined,
              "text/event-stream",
            );
      executionId = response.headers.get("x-execution-id") ?? executionId;
      const parser = new EventParser();
      const decoder = new TextDecoder();
      if (response.body === null) return;
      for await (const chunk of response.body) {
        for (const { type, data } of parser.push(decoder.decode(chunk, { stream: true }))) {
          if (type === "heartbeat") continue;
          const event = JSON.parse(data) as EventView;
          seq = event.seq;
          retries = 0;
          yield event;
          if (type === "completed") return;
        }
      }
    } catch (error) {
      // What was not accepted must not be sent twice.
      if (executionId === null || error instanceof ApiError) throw error;
    }
    await new Promise((done) => setTimeout(done, 250 * (retries + 1)));
  }
  throw new Error("the connection to the server is lost");
}
