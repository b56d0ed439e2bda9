/** How a client finds its server. Times in milliseconds. */
export interface ClientOptions {
  /** Where the server is; in a browser it may be relative to the page. @default `http://127.0.0.1:4650` */
  readonly baseUrl?: string;
  /** Bearer token, or a function that is asked for it with each request. @default none */
  readonly token?: string | null | (() => string | null | Promise<string | null>);
  /** Sends the requests. `fetch: app.fetch` drives a Hono app in this process. @default the platform's */
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly retry?: Partial<RetryOptions>;
  /**
   * A stream that says nothing for so long is taken for dead and resumed. Keep it above the server's heartbeat, which is
   * 15 s unless it was changed. @default 40_000
   */
  readonly silenceMs?: number;
}

/** What is tried again, and when. The wait doubles from `minDelayMs` to `maxDelayMs`; the server's `Retry-After` goes first. */
export interface RetryOptions {
  /** Further attempts of a request that is safe to repeat: one that reads, or that has an idempotency key. @default 3 */
  readonly requests: number;
  /** Attempts in a row to resume a stream that broke; each event that comes begins the count anew. @default 10 */
  readonly reconnects: number;
  /** @default 100 */
  readonly minDelayMs: number;
  /** @default 5_000 */
  readonly maxDelayMs: number;
}

/** Options with everything decided. */
export interface ResolvedClientOptions extends Required<ClientOptions> {
  readonly retry: RetryOptions;
}

const defaults = {
  baseUrl: "http://127.0.0.1:4650",
  token: null,
  headers: {},
  silenceMs: 40_000,
} as const;
const retryDefaults: RetryOptions = {
  requests: 3,
  reconnects: 10,
  minDelayMs: 100,
  maxDelayMs: 5_000,
};

/** Checks what was given. @throws TypeError for a `baseUrl` that is none */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const url = new URL(options.baseUrl ?? defaults.baseUrl, location?.href);
  return {
    baseUrl: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    token: options.token ?? defaults.token,
    // Called as a function of nobody: browsers refuse their fetch as another object's method.
    fetch: options.fetch ?? ((request) => fetch(request)),
    headers: options.headers ?? defaults.headers,
    silenceMs: options.silenceMs ?? defaults.silenceMs,
    retry: { ...retryDefaults, ...options.retry },
  };
}
