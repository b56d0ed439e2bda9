import { type CallOptions, type HttpClient, pathOf } from "../http/http-client.ts";
import { type ListOptions, Pages } from "../http/pages.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** The checkpoints of all sessions, also of those that are gone. */
export class Checkpoints {
  readonly #http: HttpClient;

  /** @internal */
  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Newest first. */
  list({ signal, ...query }: ListOptions = {}): Pages<Checkpoint> {
    return new Pages((cursor) =>
      this.#http.json({
        method: "GET",
        path: "/v1/checkpoints",
        query: { ...query, cursor },
        signal,
      }),
    );
  }

  /** @throws HoldfastApiError `checkpoint_not_found` */
  get(id: string, options: CallOptions = {}): Promise<Checkpoint> {
    return this.#http.json({ method: "GET", path: pathOf`/v1/checkpoints/${id}`, ...options });
  }

  /** @throws HoldfastApiError `checkpoint_not_found` */
  delete(id: string, options: CallOptions = {}): Promise<void> {
    return this.#http.done({ method: "DELETE", path: pathOf`/v1/checkpoints/${id}`, ...options });
  }
}
