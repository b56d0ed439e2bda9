import { type CallOptions, type HttpClient, pathOf } from "../http/http-client.ts";
import type { Variable, VariableDetails } from "./namespace.ts";

/** The variables of a session. Each call waits until no execution runs. */
export class SessionVariables {
  readonly #http: HttpClient;
  readonly #path: string;

  /** @internal */
  constructor(http: HttpClient, sessionId: string) {
    this.#http = http;
    this.#path = pathOf`/v1/sessions/${sessionId}/variables`;
  }

  /** The user's variables, without their values. */
  async list(options: CallOptions = {}): Promise<readonly Variable[]> {
    const request = { method: "GET", path: this.#path, ...options } as const;
    return (await this.#http.json<{ readonly items: readonly Variable[] }>(request)).items;
  }

  /** One, with its value. @throws HoldfastApiError `variable_not_found` */
  get(name: string, options: CallOptions = {}): Promise<VariableDetails> {
    return this.#http.json({ method: "GET", path: this.#of(name), ...options });
  }

  /** Sets one to JSON, or to what a tagged map stands for. @throws HoldfastApiError `invalid_request` */
  set(name: string, value: unknown, options: CallOptions = {}): Promise<void> {
    return this.#http.done({ method: "PUT", path: this.#of(name), json: { value }, ...options });
  }

  /** @throws HoldfastApiError `variable_not_found` */
  delete(name: string, options: CallOptions = {}): Promise<void> {
    return this.#http.done({ method: "DELETE", path: this.#of(name), ...options });
  }

  /** Removes all of the user's. */
  clear(options: CallOptions = {}): Promise<void> {
    return this.#http.done({ method: "DELETE", path: this.#path, ...options });
  }

  #of(name: string): string {
    return this.#path + pathOf`/${name}`;
  }
}
