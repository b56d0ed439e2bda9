import { Checkpoints } from "./checkpoint/checkpoints.ts";
import { type ClientOptions, resolveClientOptions } from "./client-options.ts";
import type { OutputEncoding } from "./execution/execution.ts";
import { RunHandle, type RunOptions } from "./execution/run-handle.ts";
import { type CallOptions, HttpClient } from "./http/http-client.ts";
import type { Pool } from "./server/pool.ts";
import type { Health, Runtime } from "./server/server-info.ts";
import { Session } from "./session/session.ts";
import { Sessions } from "./session/sessions.ts";

/** A client of one server. It holds no connection of its own, and need not be closed. */
export class HoldfastClient {
  readonly sessions: Sessions;
  readonly checkpoints: Checkpoints;
  /** Where the server is. */
  readonly baseUrl: string;
  readonly #http: HttpClient;

  /** @internal Use {@link createClient}. */
  constructor(http: HttpClient) {
    this.#http = http;
    this.baseUrl = http.options.baseUrl;
    this.sessions = new Sessions(http);
    this.checkpoints = new Checkpoints(http);
  }

  /** A session that is there, by its id; the server is not asked. */
  session(id: string): Session {
    return new Session(this.#http, id);
  }

  /**
   * Runs code once, in a session of its own that is gone with it: `await` it for its end, or iterate over its events.
   * @throws HoldfastApiError `unknown_runtime`, `runtime_unavailable`, `too_many_sessions`, `invalid_request`
   */
  run<Encoding extends OutputEncoding = "text">(
    options: RunOptions<Encoding>,
  ): RunHandle<Encoding> {
    return new RunHandle(this.#http, options);
  }

  /** What can run on the server, and what to install for the rest. */
  async runtimes(options: CallOptions = {}): Promise<readonly Runtime[]> {
    const request = { method: "GET", path: "/v1/runtimes", ...options } as const;
    return (await this.#http.json<{ readonly items: readonly Runtime[] }>(request)).items;
  }

  /** The pool of warm workers. @throws HoldfastApiError `feature_unsupported` when the server has none */
  pool(options: CallOptions = {}): Promise<Pool> {
    return this.#http.json({ method: "GET", path: "/v1/pool", ...options });
  }

  /** Whether the server lives; no token is needed. */
  health(options: CallOptions = {}): Promise<Health> {
    return this.#http.json({ method: "GET", path: "/healthz", ...options });
  }

  /** Whether the server takes requests; no token is needed. */
  ready(options: CallOptions = {}): Promise<Health> {
    return this.#http.json({ method: "GET", path: "/readyz", ...options });
  }

  /** Metrics as Prometheus text. */
  metrics(options: CallOptions = {}): Promise<string> {
    const request = { method: "GET", path: "/metrics", ...options } as const;
    return this.#http.send({ ...request, headers: { accept: "text/plain" } }, (response) =>
      response.text(),
    );
  }
}

/** Makes a client. @throws TypeError for a `baseUrl` that is none */
export function createClient(options: ClientOptions = {}): HoldfastClient {
  return new HoldfastClient(new HttpClient(resolveClientOptions(options)));
}
