import { signal } from "@preact/signals";

const tokenKey = "holdfast-token";

/** Whether the server wants a token that the page does not have. */
export const needsToken = signal(false);

/** Whether the server has refused the token that was given. */
export const isTokenRefused = signal(false);

/** What the server refused. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Keeps the bearer token for as long as the tab lives. */
export function setToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
  needsToken.value = false;
}

/** What is sent with a request. */
export interface CallOptions {
  readonly method?: string;
  /** Sent as JSON, a blob as it is. */
  readonly body?: unknown;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | null;
}

/** Calls the server. @throws ApiError with what it says */
export async function call(path: string, options: CallOptions = {}): Promise<Response> {
  const { method = "GET", body, accept = "application/json", headers, signal: abort } = options;
  const token = sessionStorage.getItem(tokenKey);
  const isRaw = body instanceof Blob;
  const type = isRaw ? "application/octet-stream" : "application/json";
  const response = await fetch(path, {
    method,
    signal: abort ?? null,
    headers: {
      accept,
      ...headers,
      ...(body === undefined ? {} : { "content-type": type }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
  });
  if (response.ok) return response;
  if (response.status === 401) {
    isTokenRefused.value = token !== null;
    needsToken.value = true;
  }
  const { code = "", detail = `the server answered ${response.status}` } = (await response
    .json()
    .catch(() => ({}))) as { readonly code?: string; readonly detail?: string };
  throw new ApiError(response.status, code, detail);
}

export async function get<T>(path: string): Promise<T> {
  return (await (await call(path)).json()) as T;
}

/** Sends a POST and answers what it was answered with. */
export async function post<T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
  const response = await call(path, { ...options, method: "POST", body });
  const text = await response.text();
  return (text === "" ? null : JSON.parse(text)) as T;
}

/** The path of a session, and of what is in it. */
export function sessionPath(id: string, rest = ""): string {
  return `/v1/sessions/${encodeURIComponent(id)}${rest}`;
}
