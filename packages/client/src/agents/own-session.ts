import type { HoldfastClient } from "../client.ts";
import { isApiError } from "../errors/api-error.ts";
import type { CallOptions } from "../http/http-client.ts";
import type { Session } from "../session/session.ts";
import type { CreateSession } from "../session/session-info.ts";

/** The session of a tool: made when it is first needed, and anew when it is gone. */
export class OwnSession implements AsyncDisposable {
  readonly #client: HoldfastClient;
  readonly #options: CreateSession;
  #session: Promise<Session> | null = null;

  constructor(client: HoldfastClient, options: CreateSession) {
    this.#client = client;
    this.#options = options;
  }

  /** Does something with the session; in a new one if it has expired or was ended by somebody. */
  async use<T>(work: (session: Session, isNew: boolean) => Promise<T>): Promise<T> {
    const session = await this.#get();
    try {
      return await work(session, false);
    } catch (error) {
      if (!isApiError(error, "session_expired", "session_closed", "session_not_found")) throw error;
      this.#session = null;
      return work(await this.#get(), true);
    }
  }

  /** A fresh worker, if there is a session at all. */
  async restart(options: CallOptions): Promise<void> {
    if (this.#session !== null) await this.use((session) => session.restart(options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => null);
    this.#session = null;
    await session?.[Symbol.asyncDispose]();
  }

  #get(): Promise<Session> {
    const session = (this.#session ??= this.#client.sessions.create(this.#options));
    // The next call tries again.
    session.catch(() => this.#session === session && (this.#session = null));
    return session;
  }
}
