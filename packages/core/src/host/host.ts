import { resolveAutomaticCheckpointOptions } from "../checkpoint/automatic-checkpoints.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { CheckpointStore } from "../checkpoint/checkpoint-store.ts";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { ExecutionHandle } from "../session/execution-handle.ts";
import { Session } from "../session/session.ts";
import type { SessionCreateOptions } from "../session/session-create-options.ts";
import { defaultSessionOptions } from "../session/session-options.ts";
import { Recorder, type RecorderStatus } from "../store/recorder.ts";
import type { SessionRecord } from "../store/session-record.ts";
import type { Store } from "../store/store.ts";
import type { Skipped } from "../protocol/namespace-data.ts";
import { debug } from "../telemetry/debug-log.ts";
import type { TerminationReason } from "../telemetry/telemetry-event.ts";
import type { RestoreReport, Runtime } from "../worker/worker.ts";
import { executionHistory, findExecution } from "./execution-history.ts";
import {
  type CreateSessionOptions,
  type ForkOptions,
  type HostExecuteOptions,
  type HostOptions,
  type ResolvedHostOptions,
  type SessionAccess,
  checkIdleTimeoutMs,
  resolveHostOptions,
} from "./host-options.ts";
import { tellExpiring } from "./host-telemetry.ts";
import type { HostedSession } from "./hosted-session.ts";
import { IdempotentExecutions, start } from "./idempotent-executions.ts";
import { IdleClock } from "./idle-clock.ts";
import { missingRuntime } from "./missing-runtime.ts";
import { reopen } from "./reopen.ts";
import { SessionCheckpoints } from "./session-checkpoints.ts";
import { Tombstones } from "./tombstones.ts";
import { randomId } from "../worker/random-id.ts";

/** @throws HoldfastError `invalid_request` */
function checkId(id: string): void {
  if (idPattern.test(id)) return;
  throw new HoldfastError({
    code: "invalid_request",
    message: `session id: received ${JSON.stringify(id.slice(0, 100))}, allowed ${idPattern.source}`,
    details: { received: id.slice(0, 100), allowed: idPattern.source },
  });
}

function noCheckpoints(): HoldfastError {
  return new HoldfastError({
    code: "feature_unsupported",
    message: "checkpoints: this host has no store for them",
    details: { feature: "checkpoint" },
  });
}

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

const pruneIntervalMs = 60_000;

interface Entry {
  readonly session: Session;
  readonly owner: string | null;
  /** `null` without a store for them. */
  readonly checkpoints: SessionCheckpoints | null;
  labels: Readonly<Record<string, string>>;
  idleTimeoutMs: number | null;
  readonly keys: IdempotentExecutions;
  /** What it takes to start it anew. */
  origin: Pick<SessionRecord, "env" | "cwd" | "executionTimeoutMs">;
  readonly isRecorded: boolean;
  /** The last activity when its expiry was announced. */
  announcedAt: number | null;
}

/** How a session comes to be, without its runtime and callbacks. */
interface SessionFacts extends Pick<SessionRecord, "id" | "owner" | "env" | "cwd" | "labels"> {
  readonly idleTimeoutMs: number | null;
  readonly executionTimeoutMs?: number | null | undefined;
  readonly checkpoints: SessionCheckpoints | null;
}

interface Starting {
  readonly owner: string | null;
  readonly opening: Promise<unknown>;
}

/** The sessions of this machine, by id. Two hosts share nothing. */
export class Host implements AsyncDisposable {
  readonly #options: ResolvedHostOptions;
  readonly #runtimes: ReadonlyMap<string, Runtime>;
  readonly #entries = new Map<string, Entry>();
  /** Ids whose session is being started: they are taken, and count. */
  readonly #starting = new Map<string, Starting>();
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
    const { id = randomId(), owner = null, labels = {}, env, cwd } = options;
    const runtime = this.#runtime(options.runtime);
    checkId(id);
    const idleTimeoutMs = checkIdleTimeoutMs(
      options.idleTimeoutMs === undefined ? this.#options.idleTimeoutMs : options.idleTimeoutMs,
    );
    if (this.#store !== null) await this.open();
    this.#refuseTaken(id);
    this.#refuseExcess(1, owner, options.maxOfOwner);
    const facts: SessionFacts = {
      id,
      owner,
      labels,
      idleTimeoutMs,
      env: { ...env },
      cwd: cwd ?? this.#options.cwd ?? process.cwd(),
      executionTimeoutMs: options.executionTimeoutMs,
      checkpoints: this.#checkpointsOf(
        runtime,
        { id, owner },
        options.restore ?? null,
        options.automaticCheckpoints,
      ),
    };
    const isRecorded = this.#recorder !== null && options.persist !== false;
    // Nothing is awaited between the limits and this: a call beside it sees the id taken, and the session counted.
    const opening = this.#start(runtime, facts, isRecorded, options.restore);
    this.#starting.set(id, { owner, opening });
    debug.host?.("creating", { sessionId: id, runtime: runtime.name, sessions: this.size });
    try {
      const session = await opening;
      if (this.#closing !== null) {
        await this.#end(session, "shutdown");
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
  get(id: string, access: SessionAccess = {}): HostedSession {
    return this.#view(this.#entry(id, access));
  }

  /** The sessions, oldest first. */
  list({ owner }: SessionAccess = {}): readonly HostedSession[] {
    return [...this.#entries.values()]
      .filter((entry) => owner === undefined || owner === entry.owner)
      .map((entry) => this.#view(entry));
  }

  /** How many sessions somebody has, those that are being started included. */
  count(owner: string | null): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.owner === owner) count++;
    for (const [id, one] of this.#starting)
      if (one.owner === owner && !this.#entries.has(id)) count++;
    return count;
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
    { idempotencyKey, ...options }: HostExecuteOptions = {},
  ): Promise<ExecutionHandle> {
    const { session, keys } = this.#entry(sessionId);
    return idempotencyKey === undefined
      ? start(session, code, options)
      : keys.execute(code, idempotencyKey, options);
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

  /**
   * Sessions with the whole state of one, as of the boundary between executions at which its turn comes. All come, or none.
   * @throws HoldfastError as {@link get} and {@link Session.fork}, `invalid_request`, `session_exists`, `too_many_sessions`
   */
  async fork(
    id: string,
    {
      count,
      ids = Array.from({ length: count ?? 1 }, () => randomId()),
      maxOfOwner,
    }: ForkOptions = {},
  ): Promise<{
    readonly sessions: readonly HostedSession[];
    readonly skipped: readonly Skipped[];
  }> {
    const parent = this.#entry(id);
    if (
      ids.length === 0 ||
      (count !== undefined && count !== ids.length) ||
      new Set(ids).size !== ids.length
    ) {
      throw new HoldfastError({
        code: "invalid_request",
        message: `fork of session ${id}: received ${count ?? "no"} count and ${ids.length} ids, allowed at least one, each once`,
        details: { sessionId: id, count, ids },
      });
    }
    for (const one of ids) {
      checkId(one);
      this.#refuseTaken(one);
    }
    const { owner } = parent;
    this.#refuseExcess(ids.length, owner, maxOfOwner);
    const { isRecorded } = parent;
    const facts = new Map(
      ids.map((one): [string, SessionFacts] => [one, this.#forkFacts(parent, one)]),
    );
    const forking = parent.session.fork(ids, (one) =>
      this.#sessionOptions(parent.session.runtime, facts.get(one) as SessionFacts, isRecorded),
    );
    for (const one of ids) this.#starting.set(one, { owner, opening: forking });
    try {
      const { sessions, skipped } = await forking;
      if (this.#closing !== null) {
        await Promise.all(sessions.map((session) => this.#end(session, "shutdown")));
        throw this.#shuttingDown();
      }
      const entries = sessions.map((session) => {
        this.#tombstones.delete(session.id);
        if (isRecorded) this.#recorder?.touch(session.id);
        return this.#add(session, facts.get(session.id) as SessionFacts, isRecorded);
      });
      if (isRecorded) await this.#recorder?.flush();
      return { sessions: entries.map((entry) => this.#view(entry)), skipped };
    } finally {
      for (const one of ids) this.#starting.delete(one);
    }
  }

  /** The checkpoints of all sessions, also of those that are gone. @throws HoldfastError `feature_unsupported` without a store for them */
  get checkpoints(): CheckpointStore {
    const { checkpoints } = this.#options;
    if (checkpoints !== undefined) return checkpoints;
    throw noCheckpoints();
  }

  /**
   * Keeps the state of a session, as of the boundary between executions at which its turn comes.
   * @throws HoldfastError as {@link get}, {@link Session.checkpoint} and {@link CheckpointStore.create}
   */
  async checkpoint(
    id: string,
    options: { readonly name?: string | null } = {},
  ): Promise<Checkpoint> {
    return this.#kept(id).take(options);
  }

  /**
   * Puts a checkpoint, of this session or another one, in the place of a session's state.
   * @throws HoldfastError as {@link get}, {@link CheckpointStore.open} and {@link Session.restore}
   */
  async restore(
    id: string,
    checkpointId: string,
    access: SessionAccess = {},
  ): Promise<RestoreReport> {
    return this.#kept(id).restore(checkpointId, access);
  }

  /**
   * Gives a session a fresh worker; what it knew is gone, but for its checkpoints.
   * @throws HoldfastError as {@link get} and {@link Session.restart}
   */
  async restart(id: string): Promise<HostedSession> {
    const entry = this.#entry(id);
    entry.checkpoints?.forget();
    await entry.session.restart();
    return this.get(id);
  }

  /** Settles when all that has happened is stored, or the store has failed ({@link recording}). Never rejects. */
  async flush(): Promise<void> {
    await this.#recorder?.flush();
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
    if (executionTimeoutMs !== undefined) entry.origin = { ...entry.origin, executionTimeoutMs };
    if (labels !== undefined) entry.labels = labels;
    if (idleTimeoutMs !== undefined) entry.idleTimeoutMs = idleTimeoutMs;
    if (entry.isRecorded) this.#recorder?.touch(id);
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
    for (const { sessionId, ...stone } of tombstones) this.#tombstones.add(sessionId, stone);
    for (const record of sessions) {
      const runtime =
        this.#runtimes.get(record.runtime) ??
        missingRuntime(record.runtime, [...this.#runtimes.keys()]);
      const checkpoints = this.#checkpointsOf(runtime, record, record.lastCheckpointId);
      const facts: SessionFacts = { ...record, checkpoints };
      const session = Session.lost(this.#sessionOptions(runtime, facts, true), record);
      this.#add(session, facts, true);
    }
    for (const error of damaged) this.#options.onStoreError?.(error);
    await this.#prune();
  }

  async #close(): Promise<void> {
    clearInterval(this.#reaper);
    await this.#opening?.catch(() => {}); // told to who opened
    await Promise.allSettled([...this.#starting.values()].map(({ opening }) => opening));
    await Promise.all(
      [...this.#entries.values()].map(async ({ checkpoints }) => checkpoints?.settle()),
    );
    for (const [id, entry] of this.#entries) {
      this.#left.set(id, entry);
      this.#entries.delete(id);
      this.#tombstones.add(id, { reason: "closed", at: Date.now(), owner: entry.owner });
      void this.#end(entry.session, "shutdown");
    }
    await Promise.all(this.#ends);
    await this.#recorder?.close();
  }

  #end(session: Session, reason: TerminationReason): Promise<void> {
    debug.host?.("ending", { sessionId: session.id, reason, sessions: this.size });
    const end = session.close(reason).finally(() => this.#ends.delete(end));
    this.#ends.add(end);
    return end;
  }

  #bury(
    { session, owner, isRecorded, checkpoints }: Entry,
    reason: "closed" | "expired",
  ): Promise<void> {
    const { id } = session;
    const stone = { reason, at: Date.now(), owner };
    checkpoints?.stop();
    this.#entries.delete(id);
    this.#idle.forget(id);
    this.#tombstones.add(id, stone);
    if (isRecorded) this.#recorder?.bury({ version: 1, sessionId: id, ...stone });
    return this.#end(session, reason);
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
    tellExpiring(view);
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
    { id, env, cwd, executionTimeoutMs, checkpoints }: SessionFacts,
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
      onExecution: (execution) => {
        recorder?.follow(execution);
        if (checkpoints !== null) void execution.ended.then(() => checkpoints.executed());
      },
      ...(checkpoints === null
        ? {}
        : { recovery: checkpoints, isRestored: checkpoints.hasCheckpoint }),
    };
  }

  #add(session: Session, facts: SessionFacts, isRecorded: boolean): Entry {
    const { id, owner, labels, idleTimeoutMs, env, cwd, executionTimeoutMs, checkpoints } = facts;
    checkpoints?.attach(session);
    const recording =
      isRecorded && this.#store !== null && this.#recorder !== null
        ? { store: this.#store, recorder: this.#recorder }
        : null;
    const maxKeys = this.#options.session?.maxHistory ?? defaultSessionOptions.maxHistory;
    const entry: Entry = {
      session,
      owner,
      checkpoints,
      labels,
      idleTimeoutMs,
      keys: new IdempotentExecutions(session, recording, maxKeys),
      origin: { env, cwd, executionTimeoutMs },
      isRecorded,
      announcedAt: null,
    };
    this.#entries.set(id, entry);
    return entry;
  }

  /** What the store is told of a session; `null` when it is not there, or not recorded. */
  #record(id: string): SessionRecord | null {
    const entry = this.#entries.get(id) ?? this.#left.get(id);
    if (entry === undefined || !entry.isRecorded) return null;
    const { session, owner, labels, idleTimeoutMs, origin } = entry;
    return {
      version: 1,
      id,
      runtime: session.runtime.name,
      owner,
      labels: { ...labels },
      env: { ...origin.env },
      cwd: origin.cwd,
      idleTimeoutMs,
      executionTimeoutMs: origin.executionTimeoutMs,
      createdAt: session.createdAt,
      lastActivityAt: session.lastActivityAt,
      state: session.status,
      restarts: session.restarts,
      executionCount: session.executionCount,
      lastCheckpointId: entry.checkpoints?.lastId ?? null,
    };
  }

  #entry(id: string, access: SessionAccess = {}): Entry {
    const entry = this.#entries.get(id);
    const { owner = entry?.owner } = access;
    if (entry !== undefined && owner === entry.owner) return entry;
    const reason = this.#tombstones.find(id, Date.now(), access);
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

  #view({ session, owner, labels, idleTimeoutMs }: Entry): HostedSession {
    const expiresAt =
      idleTimeoutMs === null || session.isBusy
        ? null
        : session.lastActivityAt +
          idleTimeoutMs +
          this.#idle.shift(session.id, session.lastActivityAt);
    return { session, owner, labels, idleTimeoutMs, expiresAt };
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
  }

  #refuseExcess(count: number, owner: string | null, maxOfOwner = Infinity): void {
    const { maxSessions } = this.#options;
    const isOwnersLimit = this.count(owner) + count > maxOfOwner;
    if (!isOwnersLimit && this.size + count <= maxSessions) return;
    const [present, limit] = isOwnersLimit
      ? [this.count(owner), maxOfOwner]
      : [this.size, maxSessions];
    throw new HoldfastError({
      code: "too_many_sessions",
      message: `${count === 1 ? "a new session" : `${count} new sessions`}: there are ${present}${isOwnersLimit ? " of this owner" : ""}, and ${limit} are allowed`,
      details: { limit, received: present + count },
    });
  }

  #kept(id: string): SessionCheckpoints {
    const { checkpoints } = this.#entry(id);
    if (checkpoints === null) throw noCheckpoints();
    return checkpoints;
  }

  #forkFacts(parent: Entry, id: string): SessionFacts {
    const { owner, labels, idleTimeoutMs, origin } = parent;
    return {
      ...origin,
      id,
      owner,
      labels,
      idleTimeoutMs,
      checkpoints: this.#checkpointsOf(parent.session.runtime, { id, owner }, null),
    };
  }

  #checkpointsOf(
    runtime: Runtime,
    { id, owner }: Pick<SessionRecord, "id" | "owner">,
    lastId: string | null,
    automatic = this.#options.automaticCheckpoints,
  ): SessionCheckpoints | null {
    const { checkpoints: store } = this.#options;
    if (store === undefined) return null;
    return new SessionCheckpoints({
      store,
      runtime: runtime.name,
      owner,
      automatic: resolveAutomaticCheckpointOptions(automatic),
      lastId,
      onChange: () => this.#recorder?.touch(id),
      onError: (error) => {
        if (HoldfastError.is(error)) this.#options.onStoreError?.(error);
      },
    });
  }

  async #start(
    runtime: Runtime,
    facts: SessionFacts,
    isRecorded: boolean,
    restore: string | undefined,
  ): Promise<Session> {
    if (restore !== undefined) await this.#requireCheckpoint(restore, runtime);
    return Session.open(this.#sessionOptions(runtime, facts, isRecorded));
  }

  /** Tells what is wrong with a checkpoint before anything is started for it. */
  async #requireCheckpoint(checkpointId: string, runtime: Runtime): Promise<void> {
    const reader = await this.checkpoints.open(checkpointId, { runtime: runtime.name });
    await reader[Symbol.asyncDispose]();
  }

  #shuttingDown(): HoldfastError {
    return new HoldfastError({
      code: "shutting_down",
      message: "a new session: the host is being closed",
    });
  }
}
