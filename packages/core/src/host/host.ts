import { randomUUID } from "node:crypto";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { ExecutionHandle } from "../session/execution-handle.ts";
import { Session, type SessionCreateOptions } from "../session/session.ts";
import { defaultSessionOptions } from "../session/session-options.ts";
import { Recorder, type RecorderStatus } from "../store/recorder.ts";
import type { SessionRecord } from "../store/session-record.ts";
import type { Store } from "../store/store.ts";
import type { Runtime } from "../worker/worker.ts";
import { executionHistory, findExecution } from "./execution-history.ts";
import {
  type CreateSessionOptions,
  type HostExecuteOptions,
  type HostOptions,
  type ResolvedHostOptions,
  checkIdleTimeoutMs,
  resolveHostOptions,
} from "./host-options.ts";
import type { HostedSession } from "./hosted-session.ts";
import { IdempotentExecutions, start } from "./idempotent-executions.ts";
import { IdleClock } from "./idle-clock.ts";
import { missingRuntime } from "./missing-runtime.ts";
import { reopen } from "./reopen.ts";
import { Tombstones } from "./tombstones.ts";

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

const pruneIntervalMs = 60_000;

interface Entry {
  readonly session: Session;
  labels: Readonly<Record<string, string>>;
  idleTimeoutMs: number | null;
  readonly keys: IdempotentExecutions;
  /** What it takes to start it anew; `null`: it is not recorded. */
  kept: Pick<SessionRecord, "env" | "cwd" | "executionTimeoutMs"> | null;
  /** The last activity when its expiry was announced. */
  announcedAt: number | null;
}

/** How a session comes to be, without its runtime and callbacks. */
interface SessionFacts extends Pick<SessionRecord, "id" | "env" | "cwd" | "labels"> {
  readonly idleTimeoutMs: number | null;
  readonly executionTimeoutMs?: number | null | undefined;
}

/** The sessions of this machine, by id. Two hosts share nothing. */
export class Host implements AsyncDisposable {
  readonly #options: ResolvedHostOptions;
  readonly #runtimes: ReadonlyMap<string, Runtime>;
  readonly #entries = new Map<string, Entry>();
  /** Ids whose session is being started: they are taken, and count. */
  readonly #starting = new Map<string, Promise<unknown>>();
  readonly #tombstones: Tombstones;
  readonly #store: Store | null;
  readonly #recorder: Recorder | null;
  readonly #idle: IdleClock;
  #prunedAt = Date.now();
  #opening: Promise<void> | null = null;
  readonly #reaper: NodeJS.Timeout;
  /** Ends of sessions that are on their way. */
  readonly #ends = new Set<Promise<void>>();
  /** Sessions that ended with this host: the store keeps them. */
  readonly #left = new Map<string, Entry>();
  #closing: Promise<void> | null = null;

  /** @throws HoldfastError `invalid_request` for a number out of its range */
  constructor(options: HostOptions) {
    this.#options = resolveHostOptions(options);
    this.#runtimes = new Map(options.runtimes.map((runtime) => [runtime.name, runtime]));
    this.#tombstones = new Tombstones(this.#options.tombstoneMs);
    this.#idle = new IdleClock(this.#options.idleCheckIntervalMs);
    this.#store = options.store ?? null;
    this.#recorder =
      options.store === undefined
        ? null
        : new Recorder({
            store: options.store,
            record: (id) => this.#record(id),
            onError: (error) => options.onStoreError?.(error),
          });
    this.#reaper = setInterval(() => this.#reap(), this.#options.idleCheckIntervalMs);
    this.#reaper.unref();
  }

  get runtimes(): readonly Runtime[] {
    return [...this.#runtimes.values()];
  }

  /** How recording goes; `null` without a store. */
  get recording(): RecorderStatus | null {
    return this.#recorder?.status ?? null;
  }

  /** How many sessions there are, those that are being started included. */
  get size(): number {
    return this.#entries.size + this.#starting.size;
  }

  /**
   * Brings back what the store has: sessions as `lost`, to be started anew by their first use, with their executions;
   * what ran or waited has ended as lost; what is gone is remembered. Repeated calls share one; without a store it does
   * nothing. {@link create} waits for it, the rest sees only what was brought back so far.
   * @throws HoldfastError `store_unavailable`, `store_invalid`
   */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /**
   * Starts a session; it can be found, and is stored, when the call settles.
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
    if (this.#store !== null) await this.open();
    this.#refuseTaken(id);
    const facts: SessionFacts = {
      id,
      labels,
      idleTimeoutMs,
      env: { ...env },
      cwd: cwd ?? this.#options.cwd ?? process.cwd(),
      executionTimeoutMs: options.executionTimeoutMs,
    };
    const isRecorded = this.#recorder !== null && options.persist !== false;
    const opening = Session.open(this.#sessionOptions(runtime, facts, isRecorded));
    this.#starting.set(id, opening);
    try {
      const session = await opening;
      if (this.#closing !== null) {
        await this.#end(session);
        throw this.#shuttingDown();
      }
      const entry = this.#add(session, facts, isRecorded);
      this.#tombstones.delete(id);
      if (isRecorded) {
        this.#recorder?.touch(id);
        await this.#recorder?.flush();
      }
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

  /**
   * Runs code in a session; it is known when the call settles. Under an `idempotencyKey` it runs at most once, also when
   * this process ends meanwhile: a repeat answers with the first execution, which has ended as lost if it was running then.
   * @throws HoldfastError as {@link get} and {@link Session.execute}, with a key also `idempotency_conflict` and
   *   `store_unavailable`: it has not run then
   */
  async execute(
    sessionId: string,
    code: string,
    options: HostExecuteOptions = {},
  ): Promise<ExecutionHandle> {
    const { session, keys } = this.#entry(sessionId);
    const { idempotencyKey } = options;
    return idempotencyKey === undefined
      ? start(session, code, options)
      : keys.execute(code, { ...options, idempotencyKey });
  }

  /**
   * One execution of a session, also one that was before this host.
   * @throws HoldfastError as {@link get}, `execution_not_found`, `store_unavailable`, `store_invalid`
   */
  async execution(sessionId: string, executionId: string): Promise<ExecutionHandle> {
    return findExecution(this.#entry(sessionId).session, executionId, this.#store);
  }

  /**
   * The executions of a session, newest first, those accepted before `before`; also those that were before this host.
   * @throws HoldfastError as {@link get}, `execution_not_found`, `store_unavailable`
   */
  executions(
    sessionId: string,
    { before }: { readonly before?: string } = {},
  ): AsyncGenerator<ExecutionHandle, void, void> {
    return executionHistory(this.#entry(sessionId).session, before, this.#store);
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
    if (executionTimeoutMs !== undefined && entry.kept !== null)
      entry.kept = { ...entry.kept, executionTimeoutMs };
    if (labels !== undefined) entry.labels = labels;
    if (idleTimeoutMs !== undefined) entry.idleTimeoutMs = idleTimeoutMs;
    if (entry.kept !== null) this.#recorder?.touch(id);
    return this.#view(entry);
  }

  /** Ends a session and all it started. Settles when nothing of it is left. @throws HoldfastError as {@link get} */
  async delete(id: string): Promise<void> {
    await this.#bury(this.#entry(id), "closed");
  }

  /**
   * Ends all sessions and takes no new ones. Settles when nothing of them is left; the store still has them, for the next
   * host. Repeated calls share the end.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(): Promise<void> {
    if (this.#store === null) return;
    const { sessions, tombstones, damaged } = await reopen(this.#store);
    for (const { sessionId, reason, at } of tombstones) this.#tombstones.add(sessionId, reason, at);
    for (const record of sessions) {
      const runtime =
        this.#runtimes.get(record.runtime) ??
        missingRuntime(record.runtime, [...this.#runtimes.keys()]);
      const session = Session.lost(this.#sessionOptions(runtime, record, true), record);
      this.#add(session, record, true);
    }
    for (const error of damaged) this.#options.onStoreError?.(error);
    await this.#prune();
  }

  async #close(): Promise<void> {
    clearInterval(this.#reaper);
    await this.#opening?.catch(() => {}); // told to who opened
    await Promise.allSettled(this.#starting.values());
    for (const [id, entry] of this.#entries) {
      this.#left.set(id, entry);
      this.#entries.delete(id);
      this.#tombstones.add(id, "closed", Date.now());
      void this.#end(entry.session);
    }
    await Promise.all(this.#ends);
    await this.#recorder?.close();
  }

  #end(session: Session): Promise<void> {
    const end = session.close().finally(() => this.#ends.delete(end));
    this.#ends.add(end);
    return end;
  }

  #bury({ session, kept }: Entry, reason: "closed" | "expired"): Promise<void> {
    const { id } = session;
    const at = Date.now();
    this.#entries.delete(id);
    this.#idle.forget(id);
    this.#tombstones.add(id, reason, at);
    if (kept !== null) this.#recorder?.bury({ version: 1, sessionId: id, reason, at });
    return this.#end(session);
  }

  #reap(): void {
    const now = Date.now();
    const entries = [...this.#entries.values()];
    this.#idle.check(entries.map(({ session }) => session));
    for (const entry of entries) {
      const view = this.#view(entry);
      if (view.expiresAt === null) continue;
      if (view.expiresAt <= now) void this.#bury(entry, "expired");
      else this.#announce(entry, view, now);
    }
    if (Math.abs(now - this.#prunedAt) >= pruneIntervalMs) void this.#prune();
  }

  #announce(entry: Entry, view: HostedSession, now: number): void {
    const { expiresAt, idleTimeoutMs, session } = view;
    if (expiresAt === null || idleTimeoutMs === null) return;
    const noticeMs = Math.min(this.#options.expiryNoticeMs, idleTimeoutMs / 2);
    if (expiresAt - now > noticeMs || entry.announcedAt === session.lastActivityAt) return;
    entry.announcedAt = session.lastActivityAt;
    this.#options.onExpiring?.(view);
  }

  async #prune(): Promise<void> {
    const now = Date.now();
    this.#prunedAt = now;
    try {
      await this.#store?.prune({
        tombstonesBefore: now - this.#options.tombstoneMs,
        executionsBefore: now - this.#options.historyMs,
        maxExecutions: this.#options.session?.maxHistory ?? defaultSessionOptions.maxHistory,
      });
    } catch (error) {
      if (HoldfastError.is(error)) this.#options.onStoreError?.(error);
    }
  }

  #sessionOptions(
    runtime: Runtime,
    { id, env, cwd, executionTimeoutMs }: SessionFacts,
    isRecorded: boolean,
  ): SessionCreateOptions {
    const recorder = isRecorded ? this.#recorder : null;
    return {
      ...this.#options.session,
      ...(executionTimeoutMs === undefined ? {} : { executionTimeoutMs }),
      runtime,
      id,
      env: { ...this.#options.env, ...env },
      cwd,
      onActivity: (sessionId) => recorder?.touch(sessionId),
      onExecution: (execution) => recorder?.follow(execution),
    };
  }

  #add(session: Session, facts: SessionFacts, isRecorded: boolean): Entry {
    const { id, labels, idleTimeoutMs, env, cwd, executionTimeoutMs } = facts;
    const recording =
      isRecorded && this.#store !== null && this.#recorder !== null
        ? { store: this.#store, recorder: this.#recorder }
        : null;
    const maxKeys = this.#options.session?.maxHistory ?? defaultSessionOptions.maxHistory;
    const entry: Entry = {
      session,
      labels,
      idleTimeoutMs,
      keys: new IdempotentExecutions(session, recording, maxKeys),
      kept: isRecorded ? { env, cwd, executionTimeoutMs } : null,
      announcedAt: null,
    };
    this.#entries.set(id, entry);
    return entry;
  }

  /** What the store is told of a session; `null` when it is not there, or not recorded. */
  #record(id: string): SessionRecord | null {
    const entry = this.#entries.get(id) ?? this.#left.get(id);
    if (entry === undefined || entry.kept === null) return null;
    const { session, labels, idleTimeoutMs, kept } = entry;
    return {
      version: 1,
      id,
      runtime: session.runtime.name,
      labels: { ...labels },
      env: { ...kept.env },
      cwd: kept.cwd,
      idleTimeoutMs,
      executionTimeoutMs: kept.executionTimeoutMs,
      createdAt: session.createdAt,
      lastActivityAt: session.lastActivityAt,
      state: session.status,
      restarts: session.restarts,
      executionCount: session.executionCount,
      lastCheckpointId: null,
    };
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
      idleTimeoutMs === null || session.isBusy
        ? null
        : session.lastActivityAt +
          idleTimeoutMs +
          this.#idle.shift(session.id, session.lastActivityAt);
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
