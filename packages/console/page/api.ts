/** What the page uses of the server's answers; see `/openapi.json`. */
export interface SessionView {
  readonly id: string;
  readonly runtime: string;
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number;
  readonly executionCount: number;
  readonly lastActivityAt: string;
}

export interface RuntimeView {
  readonly name: string;
  readonly available: boolean;
  readonly version: string | null;
  readonly features: readonly string[];
  readonly reason: string | null;
  readonly install: string | null;
}

/** Representations of one thing by MIME type: text as text, the rest as base64. */
export type MimeView = Readonly<Record<string, string>>;

/** How an execution stands or ended: what `completed` tells. */
export interface EndView {
  readonly status: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  readonly sessionState: string;
}

export interface DisplayView {
  readonly mime: MimeView;
  readonly displayId: string | null;
  readonly update: boolean;
}

export interface ResultView {
  readonly repr: string;
  readonly mime: MimeView;
}

export interface ExecutionView extends EndView {
  readonly id: string;
  readonly code: string;
  readonly background: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly startedAt: string | null;
  readonly result: ResultView | null;
  readonly displays: readonly DisplayView[];
  readonly error: { readonly text: string } | null;
}

/** One event of an execution. */
export type EventView = { readonly seq: number } & (
  | { readonly type: "started"; readonly executionId: string }
  | { readonly type: "stdout" | "stderr"; readonly text?: string; readonly base64?: string }
  | ({ readonly type: "display" } & DisplayView)
  | ({ readonly type: "result" } & ResultView)
  | { readonly type: "error"; readonly text: string }
  | { readonly type: "input_request"; readonly prompt: string; readonly password: boolean }
  | { readonly type: "gap"; readonly fromSeq: number; readonly toSeq: number }
  | ({ readonly type: "completed" } & EndView)
);

/** What the server refused. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const tokenKey = "holdfast-token";

/** Keeps the bearer token for as long as the tab lives. */
export function setToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
}

/** What is sent with a request. */
export interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly accept?: string;
}

/** Calls the server. @throws ApiError with what it says */
export async function call(
  path: string,
  { method = "GET", body, accept = "application/json" }: CallOptions = {},
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
  const problem = (await response.json().catch(() => ({}))) as { readonly detail?: string };
  throw new ApiError(response.status, problem.detail ?? `the server answered ${response.status}`);
}

export async function get<T>(path: string): Promise<T> {
  return (await (await call(path)).json()) as T;
}

export function post(path: string, body?: unknown): Promise<Response> {
  return call(path, body === undefined ? { method: "POST" } : { method: "POST", body });
}
