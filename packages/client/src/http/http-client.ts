import type { ResolvedClientOptions } from "../client-options.ts";
import { type HoldfastApiError, apiErrorOf, isApiError } from "../errors/api-error.ts";
import { ConnectionError } from "../errors/connection-error.ts";
import { abortable } from "./abortable.ts";
import { backOff } from "./back-off.ts";
import { delay } from "./delay.ts";

/** What every call takes. */
export interface CallOptions {
  /** Ends the wait; what the server was asked for may still happen. `AbortSignal.timeout(ms)` bounds a call in time. */
  readonly signal?: AbortSignal | undefined;
}

/** Values of a query; what is `undefined` is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** What is sent as it is. A stream cannot be sent again when its connection breaks, and few browsers send one. */
export type RequestContent = string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>;

/** One request. `pathOf` is made by {@link pathOf}. */
export interface HttpRequest extends CallOptions {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, as `application/octet-stream`. */
  readonly body?: RequestContent;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it may be sent again when nobody knows what became of it. @default true but for POST and PATCH */
  readonly isRepeatable?: boolean;
  /** Milliseconds after which an answer that has not begun is taken for lost. @default none, since code may take long */
  readonly headTimeoutMs?: number;
}

// A server that asks for more is better asked again by who knows why.
const longestAskedMs = 60_000;

/** Sends requests to one server: with its token, again where that is safe, refusals as errors. */
export class HttpClient {
  readonly options: ResolvedClientOptions;

  constructor(options: ResolvedClientOptions) {
    this.options = options;
  }

  /** A JSON answer. @throws HoldfastApiError, ConnectionError */
  json<T>(request: HttpRequest): Promise<T> {
    return this.send(request, (response) => response.json() as Promise<T>);
  }

  /** An answer of which nothing but its success matters. @throws HoldfastApiError, ConnectionError */
  done(request: HttpRequest): Promise<void> {
    return this.send(request, async (response) => void (await response.text()));
  }

  /** An answer, read by `read`, which is part of what is tried again. @throws HoldfastApiError, ConnectionError */
  async send<T>(request: HttpRequest, read: (response: Response) => T | Promise<T>): Promise<T> {
    const { retry } = this.options;
    const { signal, method, isRepeatable = method !== "POST" && method !== "PATCH" } = request;
    for (let attempt = 0; ; attempt++) {
      const bearer = await this.#bearer();
      try {
        return await this.#attempt(request, bearer, read);
      } catch (cause) {
        signal?.throwIfAborted();
        const error = isApiError(cause) ? cause : this.#connectionError(request, cause);
        if (attempt > 0 && isGone(request, error)) return undefined as T;
        const askedMs = retryAfterMs(error) ?? 0;
        const isHopeless = attempt >= retry.requests || askedMs > longestAskedMs;
        if (!isRepeatable || isHopeless || !isPassing(error)) throw error;
        await delay(askedMs || backOff(attempt, retry), signal);
      }
    }
  }

  async #attempt<T>(
    request: HttpRequest,
    bearer: string | null,
    read: (response: Response) => T | Promise<T>,
  ): Promise<T> {
    const { signal, headTimeoutMs } = request;
    // Of this attempt alone: what is read later, such as a stream, is not bound by it.
    const attempt = new AbortController();
    const abort = () => attempt.abort(signal?.reason);
    const expire = () => attempt.abort(new Error(`no answer within ${headTimeoutMs} ms`));
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort, { once: true });
    const timer = headTimeoutMs === undefined ? undefined : setTimeout(expire, headTimeoutMs);
    try {
      // Raced, since an app in this process does not look at the signal of a request.
      const response = await abortable(
        () => this.options.fetch(this.#request(request, bearer, attempt.signal)),
        attempt.signal,
        (late) => void late.body?.cancel().catch(() => {}),
      );
      clearTimeout(timer);
      if (response.ok) return await abortable(() => read(response), attempt.signal);
      throw await apiErrorOf(response);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  async #bearer(): Promise<string | null> {
    const { token } = this.options;
    return typeof token === "function" ? token() : token;
  }

  #request(request: HttpRequest, bearer: string | null, signal: AbortSignal): Request {
    const { method, json, body } = request;
    const init: RequestInit & { duplex: "half" } = {
      method,
      headers: {
        accept: "application/json",
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...(body === undefined ? {} : { "content-type": "application/octet-stream" }),
        ...this.options.headers,
        ...request.headers,
      },
      body: json === undefined ? (body ?? null) : JSON.stringify(json),
      signal,
      duplex: "half", // asked for where the body is a stream
    };
    return new Request(this.url(request), init);
  }

  /** Of a request. */
  url({ path, query = {} }: Pick<HttpRequest, "path" | "query">): string {
    const values = Object.entries(query).filter(([, value]) => value !== undefined);
    const text = new URLSearchParams(values.map(([name, value]) => [name, String(value)]));
    return `${this.options.baseUrl}${path}${values.length === 0 ? "" : `?${text}`}`;
  }

  #connectionError(request: HttpRequest, cause: unknown): ConnectionError {
    const what = `${request.method} ${request.path}: no whole answer from the server`;
    return new ConnectionError(this.url(request), what, cause);
  }
}

/** A path with its parts encoded. */
export function pathOf(strings: TemplateStringsArray, ...parts: readonly string[]): string {
  return String.raw({ raw: strings }, ...parts.map((part) => encodeURIComponent(part)));
}

type Failure = HoldfastApiError | ConnectionError;

/** Whether the same request can succeed later without being changed: all but refusals that are meant. */
export function isPassing(error: unknown): boolean {
  return !isApiError(error) || [429, 502, 503, 504].includes(error.status);
}

/** What the server asks to wait, in milliseconds. */
export function retryAfterMs(error: unknown): number | null {
  return isApiError(error) ? error.retryAfterMs : null;
}

/** The attempt before deleted it, and its answer was lost. */
function isGone({ method }: HttpRequest, error: Failure): boolean {
  return method === "DELETE" && isApiError(error) && (error.status === 404 || error.status === 410);
}
