import { randomUUID } from "node:crypto";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { Session } from "../session/session.ts";
import type { Runtime } from "../worker/worker.ts";
import {
  type CreateSessionOptions,
  type HostOptions,
  type ResolvedHostOptions,
  checkIdleTimeoutMs,
  resolveHostOptions,
} from "./host-options.ts";
import type { HostedSession } from "./hosted-session.ts";
import { Tombstones } from "./tombstones.ts";

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

interface Entry {
  readonly session: Session;
  labels: Readonly<Record<string, string>>;
  idleTimeoutMs: number | null;
}

/** The sessions of this machine, by id. Two hosts share nothing. */
export class Host implements AsyncDisposable {
  readonly #options: ResolvedHostOptions;
  readonly #runtimes: ReadonlyMap<string, Runtime>;
  readonly #entries = new Map<string, Entry>();
  /** Ids whose session is being started: they are taken, and count. */
  readonly #starting = new Map<string, Promise<unknown>>();
  readonly #tombstones: Tombstones;
  readonly #reaper: NodeJS.Timeout;
  /** Ends of sessions that are on their way. */
  readonly #ends = new Set<Promise<void>>();
  #closing: Promise<void> | null = null;

  /** @throws HoldfastError `invalid_request` for a number out of its range */
  constructor(options: HostOptions) {
    this.#options = resolveHostOptions(options);
    this.#runtimes = new Map(options.runtimes.map((runtime) => [runtime.name, runtime]));
    this.#tombstones = new Tombstones(this.#options.tombstoneMs);
    this.#reaper = setInterval(() => this.#reap(), this.#options.idleCheckIntervalMs);
    this.#reaper.unref();
  }

  get runtimes(): readonly Runtime[] {
    return [...this.#runtimes.values()];
  }

  /** How many sessions there are, those that are being started included. */
  get size(): number {
    return this.#entries.size + this.#starting.size;
  }

  /**
   * Starts a session; it can be found when the call settles.
   * @throws HoldfastError `unknown_runtime`, `invalid_request`, `session_exists`, `too_many_sessions`, `shutting_down`,
   *   `worker_start_failed`, `runtime_unavailable`
   */
  async create(options: CreateSessionOptions): Promise<HostedSession> {
    const { id = randomUUID(), labels = {}, env, cwd } = options;
    const runtime = this.#runtime(options.runtime);
    if (!idPattern.test(id)) {
      throw new HoldfastError({
        code: "invalid_request",
        message: `session id: received ${JSON.stringify(id.slice(0, 100))}, allowed ${idPattern.source}`,
        details: { received: id.slice(0, 100), allowed: idPattern.source },
      });
    }
    const idleTimeoutMs = checkIdleTimeoutMs(
      options.idleTimeoutMs === undefined ? this.#options.idleTimeoutMs : options.idleTimeoutMs,
    );
    this.#refuseTaken(id);
    const opening = Session.open({
      ...this.#options.session,
      ...(options.executionTimeoutMs === undefined
        ? {}
        : { executionTimeoutMs: options.executionTimeoutMs }),
      runtime,
      id,
      env: { ...this.#options.env, ...env },
      cwd: cwd ?? this.#options.cwd ?? process.cwd(),
    });
    this.#starting.set(id, opening);
    try {
      const session = await opening;
      if (this.#closing !== null) {
        await this.#end(session);
        throw this.#shuttingDown();
      }
      const entry: Entry = { session, labels, idleTimeoutMs };
      this.#entries.set(id, entry);
      this.#tombstones.delete(id);
      return this.#view(entry);
    } finally {
      this.#starting.delete(id);
    }
  }

  /** @throws HoldfastError `session_not_found` for what never was, `session_closed` or `session_expired` for what is gone */
  get(id: string): HostedSession {
    return this.#view(this.#entry(id));
  }

  /** All sessions, oldest first. */
  list(): readonly HostedSession[] {
    return [...this.#entries.values()].map((entry) => this.#view(entry));
  }

  /** Changes what is kept beside a session. @throws HoldfastError as {@link get}, `invalid_request` */
  update(
    id: string,
    changes: Pick<CreateSessionOptions, "labels" | "idleTimeoutMs" | "executionTimeoutMs">,
  ): HostedSession {
    const entry = this.#entry(id);
    const { labels, idleTimeoutMs, executionTimeoutMs } = changes;
    if (idleTimeoutMs !== undefined) checkIdleTimeoutMs(idleTimeoutMs);
    if (executionTimeoutMs !== undefined) entry.session.configure({ executionTimeoutMs });
    if (labels !== undefined) entry.labels = labels;
    if (idleTimeoutMs !== undefined) entry.idleTimeoutMs = idleTimeoutMs;
    return this.#view(entry);
  }

  /** Ends a session and all it started. Settles when nothing of it is left. @throws HoldfastError as {@link get} */
  async delete(id: string): Promise<void> {
    await this.#bury(this.#entry(id).session, "closed");
  }

  /** Ends all sessions and takes no new ones. Settles when nothing of them is left. Repeated calls share the end. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    clearInterval(this.#reaper);
    await Promise.allSettled(this.#starting.values());
    for (const { session } of this.#entries.values()) void this.#bury(session, "closed");
    await Promise.all(this.#ends);
  }

  #end(session: Session): Promise<void> {
    const end = session.close().finally(() => this.#ends.delete(end));
    this.#ends.add(end);
    return end;
  }

  #bury(session: Session, reason: "closed" | "expired"): Promise<void> {
    this.#entries.delete(session.id);
    this.#tombstones.add(session.id, reason, Date.now());
    return this.#end(session);
  }

  #reap(): void {
    const now = Date.now();
    for (const entry of this.#entries.values()) {
      const { expiresAt } = this.#view(entry);
      if (expiresAt !== null && expiresAt <= now) void this.#bury(entry.session, "expired");
    }
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    const reason = this.#tombstones.find(id, Date.now());
    const shown = id.slice(0, 100);
    throw new HoldfastError({
      code:
        reason === null
          ? "session_not_found"
          : reason === "expired"
            ? "session_expired"
            : "session_closed",
      message: `session ${shown}: ${reason === null ? "there is none" : `it has been ${reason}`}`,
      details: { sessionId: shown },
    });
  }

  #view({ session, labels, idleTimeoutMs }: Entry): HostedSession {
    const expiresAt =
      idleTimeoutMs === null || session.isBusy ? null : session.lastActivityAt + idleTimeoutMs;
    return { session, labels, idleTimeoutMs, expiresAt };
  }

  #runtime(name: string): Runtime {
    const runtime = this.#runtimes.get(name);
    if (runtime !== undefined) return runtime;
    const allowed = [...this.#runtimes.keys()];
    throw new HoldfastError({
      code: "unknown_runtime",
      message: `runtime: received ${JSON.stringify(name.slice(0, 100))}, allowed ${allowed.join(", ")}`,
      details: { received: name.slice(0, 100), allowed },
    });
  }

  #refuseTaken(id: string): void {
    if (this.#closing !== null) throw this.#shuttingDown();
    if (this.#entries.has(id) || this.#starting.has(id)) {
      throw new HoldfastError({
        code: "session_exists",
        message: `session ${id}: there is one already`,
        details: { sessionId: id },
      });
    }
    if (this.size < this.#options.maxSessions) return;
    throw new HoldfastError({
      code: "too_many_sessions",
      message: `a new session: there are ${this.size} already, the most that are allowed`,
      details: { limit: this.#options.maxSessions, received: this.size + 1 },
    });
  }

  #shuttingDown(): HoldfastError {
    return new HoldfastError({
      code: "shutting_down",
      message: "a new session: the host is being closed",
    });
  }
}
