import { isApiError } from "../errors/api-error.ts";
import { backOff } from "../http/back-off.ts";
import { delay } from "../http/delay.ts";
import { type CallOptions, type HttpClient, pathOf } from "../http/http-client.ts";
import { type ListOptions, Pages } from "../http/pages.ts";
import { randomId } from "../random-id.ts";
import { Session } from "./session.ts";
import type { CreateSession, SessionInfo, SessionState } from "./session-info.ts";

/** The sessions of a server. */
export class Sessions {
  readonly #http: HttpClient;

  /** @internal */
  constructor(http: HttpClient) {
    this.#http = http;
  }

  /**
   * Starts one.
   * @throws HoldfastApiError `unknown_runtime`, `runtime_unavailable`, `session_exists`, `too_many_sessions`, `invalid_request`
   */
  async create({ signal, ...request }: CreateSession & CallOptions): Promise<Session> {
    // With an id of our own a request whose answer was lost can be sent again.
    const id = request.id ?? randomId();
    const isOurs = request.id === undefined;
    try {
      await this.#http.done({
        method: "POST",
        path: "/v1/sessions",
        json: { ...request, id },
        isRepeatable: isOurs,
        signal,
      });
    } catch (error) {
      if (!isOurs || !isApiError(error, "session_exists")) throw error;
      await this.#started(id, signal);
    }
    return new Session(this.#http, id);
  }

  /** Waits for a session that an attempt before is still starting: its id is taken, but it is not there yet. */
  async #started(id: string, signal: AbortSignal | undefined): Promise<void> {
    const { retry } = this.#http.options;
    for (let attempt = 0; ; attempt++) {
      try {
        return void (await this.get(id, { signal }));
      } catch (error) {
        const isStarting = isApiError(error, "session_not_found");
        if (!isStarting || attempt >= retry.reconnects) throw error;
      }
      await delay(backOff(attempt, retry), signal);
    }
  }

  /** One as it stands. @throws HoldfastApiError `session_not_found`, `session_closed`, `session_expired` */
  get(id: string, options: CallOptions = {}): Promise<SessionInfo> {
    return this.#http.json({ method: "GET", path: pathOf`/v1/sessions/${id}`, ...options });
  }

  /** All, or those of a runtime or in a state; oldest first. */
  list({
    signal,
    ...query
  }: ListOptions & {
    readonly runtime?: string;
    readonly state?: SessionState;
  } = {}): Pages<SessionInfo> {
    return new Pages((cursor) =>
      this.#http.json({ method: "GET", path: "/v1/sessions", query: { ...query, cursor }, signal }),
    );
  }
}
