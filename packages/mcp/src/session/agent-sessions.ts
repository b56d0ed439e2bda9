import type { CreateSession, HoldfastClient, Session } from "@holdfast/client";
import { OwnSession, newSessionNote } from "@holdfast/client/tool-parts";

/** How the sessions of an agent are kept. */
export interface AgentSessionsOptions {
  /**
   * Whether the agent has sessions of its own, one for each runtime, that calls go to which name none. Without them each
   * such call has a new one, which the answer names. @default true
   */
  readonly hasOwn?: boolean;
  /** Whether disposal ends the sessions too that the agent made by name, and not only its own. @default false */
  readonly endsAll?: boolean;
  /** Whose own session is meant where a call tells neither session nor runtime, and none was used yet. @default `bash` */
  readonly runtime?: string;
  /** What its own sessions are made with. @default nothing besides the runtime */
  readonly create?: Omit<CreateSession, "runtime" | "id">;
}

/** Does something with a session. `note` tells the agent that it is new; `null` where it is not. */
export type SessionWork<T> = (session: Session, note: string | null) => Promise<T>;

/** The sessions that one agent works with: those that it names, and its own. Dispose of it to end its own. */
export class AgentSessions implements AsyncDisposable {
  readonly #client: HoldfastClient;
  readonly #options: AgentSessionsOptions;
  readonly #own = new Map<string, OwnSession>();
  readonly #made = new Map<string, Session>();
  #lastRuntime: string;

  constructor(client: HoldfastClient, options: AgentSessionsOptions = {}) {
    this.#client = client;
    this.#options = options;
    this.#lastRuntime = options.runtime ?? "bash";
  }

  /**
   * Does something with the session of that id; without an id, with the agent's own of the runtime. `null` for the runtime is
   * the one whose own session it used last.
   * @throws Error when it has none of its own; as the work does
   */
  async use<T>(id: string | undefined, runtime: string | null, work: SessionWork<T>): Promise<T> {
    if (id !== undefined) return work(this.#client.session(id), null);
    const { hasOwn = true, create = {} } = this.#options;
    if (!hasOwn && runtime === null)
      throw new Error("session: received none, and this connection keeps none; name one");
    const wanted = runtime ?? this.#lastRuntime;
    this.#lastRuntime = wanted;
    if (!hasOwn) {
      const session = await this.#client.sessions.create({ ...create, runtime: wanted });
      return work(session, newNote(session));
    }
    let own = this.#own.get(wanted);
    if (own === undefined) {
      own = new OwnSession(this.#client, { ...create, runtime: wanted });
      this.#own.set(wanted, own);
    }
    return own.use((session, isAnew) => {
      const isFirst = !this.#made.has(session.id);
      this.#made.set(session.id, session);
      if (isAnew) return work(session, `${newSessionNote}\n${newNote(session)}`);
      return work(session, isFirst ? newNote(session) : null);
    });
  }

  /** Takes note of a session that the agent had made. */
  add(session: Session): void {
    if (this.#options.endsAll === true) this.#made.set(session.id, session);
  }

  /** The session is gone. */
  forget(id: string): void {
    this.#made.delete(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#own.values(), ...this.#made.values()];
    this.#own.clear();
    this.#made.clear();
    await Promise.allSettled(all.map((one) => one[Symbol.asyncDispose]()));
  }
}

function newNote({ id }: Session): string {
  return `[new session ${id}]`;
}
