import { HoldfastError } from "../errors/holdfast-error.ts";
import { Session } from "../session/session.ts";
import { checkTimeoutMs, defaultSessionOptions } from "../session/session-options.ts";
import { within } from "../time/within.ts";
import type { Runtime, WarmWorker, Worker, WorkerStartOptions } from "../worker/worker.ts";
import { AcquireBound } from "./acquire-bound.ts";
import { backOffMs } from "./back-off.ts";
import { Lease, leaseReleased } from "./lease.ts";
import { machinePressure } from "./machine-pressure.ts";
import {
  type PoolOptions,
  type ResolvedPoolOptions,
  invalidChoice,
  resolvePoolOptions,
} from "./pool-options.ts";
import type {
  DiscardReason,
  PoolAction,
  PoolContext,
  PoolEvent,
  PoolRejection,
  PoolState,
  ReleaseMode,
  Slot,
} from "./pool-state.ts";
import { PoolCounters, type PoolStatistics } from "./pool-statistics.ts";
import { initialPool, isWarmedUp, poolTransition } from "./pool-transition.ts";
import {
  tellAcquired,
  tellRefused,
  tellReleased,
  tellRemoved,
  tellWarmUpFailed,
  tellWarmed,
} from "./pool-telemetry.ts";
import { WarmUpThrottle } from "./warm-up-throttle.ts";
import { randomId } from "../worker/random-id.ts";

/** What a lease is asked for with. */
export interface AcquireOptions {
  /** Name of one of the pool's runtimes. @default the only one; needed where there are several */
  readonly runtime?: string;
  /** Whose session it is, 1 to 256 characters; `null`: nobody's, a clean one. @default null */
  readonly key?: string | null;
  /** Milliseconds until it is given up, waiting and start together; `null`: never. @default the pool's `acquireTimeoutMs` */
  readonly timeoutMs?: number | null;
  /** Ends the wait, and a start that is under way for it. */
  readonly signal?: AbortSignal;
}

/** How long somebody waits. */
export interface PoolWaitOptions {
  /** In milliseconds; `null`: without end. @default null */
  readonly timeoutMs?: number | null;
  readonly signal?: AbortSignal;
}

/** What stands behind a slot. */
interface Resource {
  warm: WarmWorker | null;
  session: Session | null;
  worker: Worker | null;
  /** Stops a warm-up start. */
  readonly abort: AbortController;
  /** Of the acquisition that opens it. */
  bound: AcquireBound | null;
  /** Whether it came up, for the counters. */
  isCreated: boolean;
  isPinged: boolean;
}

interface Ask {
  readonly runtime: Runtime;
  readonly key: string | null;
  readonly isLease: boolean;
  readonly start: WorkerStartOptions;
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
  readonly what: string;
}

interface Request {
  readonly start: WorkerStartOptions;
  readonly bound: AcquireBound | null;
  readonly granted: PromiseWithResolvers<number>;
  slotId: number | null;
}

/** What was opened, and by whom. */
interface Held<T> {
  readonly value: T;
  readonly slotId: number;
  readonly requestId: number;
}

/**
 * Workers that are warm before somebody needs them, and sessions that are kept for those who come back.
 *
 * What happens next is decided by the pure {@link poolTransition}; this class carries its actions out.
 */
export class Pool implements AsyncDisposable {
  readonly #options: ResolvedPoolOptions;
  readonly #runtimes: ReadonlyMap<string, Runtime>;
  readonly #now: () => number;
  readonly #counters = new PoolCounters();
  readonly #throttle: WarmUpThrottle;
  readonly #resources = new Map<number, Resource>();
  readonly #requests = new Map<number, Request>();
  /** Ends and resets under way, by slot. */
  readonly #work = new Map<number, Promise<void>>();
  readonly #retries = new Map<string, { readonly timer: NodeJS.Timeout; readonly at: number }>();
  readonly #lastErrors = new Map<string, unknown>();
  /** Called after every change of the state. */
  readonly #watchers = new Set<() => void>();
  readonly #checks: NodeJS.Timeout;
  #state: PoolState;
  #nextRequestId = 1;
  #closing: Promise<void> | null = null;

  /** @throws HoldfastError `invalid_request` for an option out of its range */
  constructor(options: PoolOptions) {
    this.#options = resolvePoolOptions(options);
    this.#runtimes = new Map(options.runtimes.map((runtime) => [runtime.name, runtime]));
    this.#now = options.now ?? (() => performance.now());
    this.#state = initialPool({ ...this.#options, minIdle: this.#minIdle() });
    this.#throttle = new WarmUpThrottle({
      pressure: options.pressure ?? machinePressure(),
      running: () => this.#running(),
      maxPressure: this.#options.maxPressure,
      maxYieldMs: this.#options.maxYieldMs,
      now: this.#now,
    });
    this.#checks = setInterval(() => this.#check(), this.#options.checkIntervalMs);
    this.#checks.unref();
    if (this.#options.warmUp === "eager") this.#wake();
  }

  /** What the pool has done and holds. */
  get statistics(): PoolStatistics {
    const errors = [...this.#lastErrors].map(([name, error]) => [name, messageOf(error)] as const);
    return this.#counters.read(this.#state, new Map(errors));
  }

  /** The pool's runtimes, whose workers come out of it: for a {@link Host} or a {@link Session}. */
  get runtimes(): readonly Runtime[] {
    return [...this.#runtimes.values()].map((runtime) =>
      withStart(runtime, (options) => this.take(runtime, options)),
    );
  }

  /**
   * A session of your own: the one that was kept for the key, else one on a warm worker, else a new one. Who has to wait
   * gets it in the order of the calls.
   * @throws HoldfastError `deadline_exceeded`, `cancelled`, `queue_full`, `shutting_down`, `invalid_request`,
   *   `unknown_runtime`, `worker_start_failed`, `runtime_unavailable`
   */
  async acquire(options: AcquireOptions = {}): Promise<Lease> {
    const { key = null, signal } = options;
    const runtime = this.#runtime(options.runtime);
    if (key !== null && (key.length < 1 || key.length > 256))
      throw invalidChoice("key", key, ["1 to 256 characters"]);
    const { acquireTimeoutMs, session, env = {}, cwd = "/" } = this.#options;
    const timeoutMs = options.timeoutMs === undefined ? acquireTimeoutMs : options.timeoutMs;
    if (timeoutMs !== null) checkTimeoutMs("timeoutMs", timeoutMs);
    const startTimeoutMs = session?.startTimeoutMs ?? defaultSessionOptions.startTimeoutMs;
    const start = { sessionId: randomId(), env, cwd, startTimeoutMs };
    const what = `lease of a ${runtime.name} session`;
    const ask: Ask = { runtime, key, isLease: true, start, timeoutMs, signal, what };
    const held = await this.#hold(ask, (slotId) => this.#openSession(slotId, ask), {
      undo: (opened) => opened.session.close(),
    });
    const { slotId, requestId } = held;
    return new Lease({
      session: held.value.session,
      runtime: runtime.name,
      key,
      isFresh: held.value.isFresh,
      release: (mode) => this.#release(slotId, requestId, mode),
    });
  }

  /**
   * A worker for a session of the caller's: a warm one that suits, else one that is started. It is the caller's to stop, and
   * counts against `maxSessions` until its process has ended. At the limit the call waits for up to `startTimeoutMs`.
   * @throws HoldfastError as {@link Runtime.start}, and `deadline_exceeded`, `queue_full`, `shutting_down`
   */
  async take(runtime: Runtime, start: WorkerStartOptions): Promise<Worker> {
    const { sessionId, startTimeoutMs: timeoutMs, signal } = start;
    const what = `worker of session ${sessionId}`;
    const ask: Ask = { runtime, key: null, isLease: false, start, timeoutMs, signal, what };
    const open = (slotId: number) => this.#startWorker(slotId, runtime, start);
    const { value, slotId } = await this.#hold(ask, open, { undo: (worker) => worker.stop() });
    void value.exited.then(() => this.#dispatch({ type: "exited", slotId }));
    return value;
  }

  /**
   * Settles when all that `minIdle` asks for is warm, or there is no place for more. Begins a lazy warm-up.
   * @throws HoldfastError `worker_start_failed` when a runtime's warm-up failed and its next try waits, `deadline_exceeded`,
   *   `cancelled`, `shutting_down`
   */
  async warmedUp(options: PoolWaitOptions = {}): Promise<void> {
    this.#wake();
    await this.#until(
      () => this.#state.status !== "open" || isWarmedUp(this.#state),
      "warm-up of the pool",
      options,
    );
    if (this.#state.status !== "open") throw rejected("shutting_down");
    for (const [name, { minIdle, warm, isBackingOff }] of Object.entries(this.statistics.runtimes))
      if (isBackingOff && warm < minIdle) throw this.#backingOff(name);
  }

  /**
   * Takes no more acquisitions, ends what is idle, waits until all that is out has come back, and closes. A bound that passes
   * ends the wait alone.
   * @throws HoldfastError `deadline_exceeded`, `cancelled`
   */
  async drain(options: PoolWaitOptions = {}): Promise<void> {
    this.#dispatch({ type: "drain" });
    await this.#until(() => this.#state.slots.length === 0, "drain of the pool", options);
    await this.close();
  }

  /**
   * Ends everything: who waits is told so, what is leased or taken ends too. Settles when nothing of it is left. Repeated
   * calls share the end. Runtimes are not closed.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    clearInterval(this.#checks);
    this.#throttle.stop();
    for (const { timer } of this.#retries.values()) clearTimeout(timer);
    this.#dispatch({ type: "close" });
    await this.#until(() => this.#state.slots.length === 0, "end of the pool", {});
  }

  /** Gets a slot for what is asked, and opens what shall be in it. */
  async #hold<T>(
    ask: Ask,
    open: (slotId: number) => Promise<T>,
    { undo }: { readonly undo: (value: T) => Promise<unknown> },
  ): Promise<Held<T>> {
    const requestId = this.#nextRequestId++;
    const bound = new AcquireBound(ask);
    const begunAt = performance.now();
    try {
      const slotId = await this.#place(requestId, ask, bound);
      if (!ask.isLease) bound.disarmTimer();
      const value = await this.#open(slotId, ask, { bound, opening: open(slotId), undo });
      const isHit = this.#opened(slotId, bound);
      tellAcquired(ask.runtime.name, isHit, begunAt);
      return { value, slotId, requestId };
    } catch (error) {
      this.#counters.count(outcomeOf(error));
      tellRefused(ask.runtime.name, error, begunAt);
      throw error;
    } finally {
      bound.disarm();
      this.#requests.delete(requestId);
    }
  }

  async #place(requestId: number, ask: Ask, bound: AcquireBound): Promise<number> {
    bound.signal.throwIfAborted();
    const since = this.#now();
    const granted = Promise.withResolvers<number>();
    granted.promise.catch(() => {}); // told by the bound, when that was first
    const asked: Request = { start: ask.start, bound, granted, slotId: null };
    this.#requests.set(requestId, asked);
    const { runtime, key, isLease } = ask;
    const request = { id: requestId, runtime: runtime.name, key, isLease };
    this.#dispatch({ type: "acquire", request });
    const isWaiting = asked.slotId === null;
    try {
      const slotId = await bound.race(granted.promise);
      if (isWaiting) this.#counters.waited(this.#now() - since);
      return slotId;
    } catch (error) {
      this.#dispatch({ type: "give_up", requestId });
      const { slotId } = asked;
      if (slotId !== null && this.#slot(slotId) === undefined) this.#resources.delete(slotId);
      throw error;
    }
  }

  async #open<T>(slotId: number, ask: Ask, { bound, opening, undo }: OpenOptions<T>): Promise<T> {
    try {
      return await bound.race(opening);
    } catch (error) {
      if (bound.signal.aborted) {
        // Nobody waits for it any more, but its place is taken until nothing is left of it.
        this.#dispatch({ type: "abandon", slotId });
        void opening
          .then(undo)
          .catch(() => {})
          .then(() => this.#gone(slotId));
        throw error;
      }
      this.#discard(slotId, "failed");
      this.#resources.delete(slotId);
      const isRuntimesFault = ask.isLease;
      if (isRuntimesFault) this.#lastErrors.set(ask.runtime.name, error);
      this.#dispatch({ type: "open_failed", slotId, isRuntimesFault });
      throw error;
    }
  }

  /** Whether it was there already. */
  #opened(slotId: number, bound: AcquireBound): boolean {
    bound.disarm();
    const resource = this.#resource(slotId);
    const isHit = resource.isCreated;
    if (!resource.isCreated) this.#created(resource);
    resource.bound = null;
    this.#dispatch({ type: "opened", slotId });
    if (this.#state.status === "closed") throw rejected("shutting_down");
    this.#counters.acquired(isHit);
    return isHit;
  }

  async #openSession(
    slotId: number,
    { runtime, start }: Ask,
  ): Promise<{ readonly session: Session; readonly isFresh: boolean }> {
    const resource = this.#resource(slotId);
    const kept = resource.session;
    if (kept !== null && resource.worker !== null) return { session: kept, isFresh: false };
    if (kept !== null) {
      // It has ended in the moment in which it was handed out.
      resource.session = null;
      this.#discard(slotId, "died");
      await kept.close();
    }
    const session = await Session.open({
      ...this.#options.session,
      id: start.sessionId,
      env: start.env,
      cwd: start.cwd,
      runtime: withStart(runtime, (options) => this.#startWorker(slotId, runtime, options)),
      onWorker: (worker) => this.#watch(slotId, resource, worker),
    });
    resource.session = session;
    return { session, isFresh: true };
  }

  /** The slot's warm worker, another one, or a start; the last for certain. */
  async #startWorker(
    slotId: number,
    runtime: Runtime,
    options: WorkerStartOptions,
  ): Promise<Worker> {
    const resource = this.#resource(slotId);
    const signals = [options.signal, resource.bound?.signal].filter((one) => one !== undefined);
    const start: WorkerStartOptions =
      signals.length === 0 ? options : { ...options, signal: AbortSignal.any(signals) };
    const own = resource.warm;
    resource.warm = null;
    const warm = own ?? (resource.session === null ? null : this.#claim(runtime, options));
    let worker = warm === null ? null : await this.#assign(warm, start);
    if (worker === null) {
      if (own !== null) this.#discard(slotId, "died");
      worker = await runtime.start(start);
    }
    this.#watch(slotId, resource, worker);
    return worker;
  }

  #watch(slotId: number, resource: Resource, worker: Worker): void {
    if (resource.worker === worker) return;
    resource.worker = worker;
    void worker.exited.then(() => {
      if (resource.worker !== worker) return;
      resource.worker = null;
      if (resource.session !== null) this.#dispatch({ type: "exited", slotId });
    });
  }

  /** `null` when it did not become the session's worker, and has ended. */
  async #assign(warm: WarmWorker, options: WorkerStartOptions): Promise<Worker | null> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.#options.assignTimeoutMs);
    try {
      const { signal } = options;
      return await warm.assign({
        ...options,
        signal: signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]),
      });
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A warm worker for a session that has lost its own. */
  #claim(runtime: Runtime, start: WorkerStartOptions): WarmWorker | null {
    const requestId = this.#nextRequestId++;
    const granted = Promise.withResolvers<number>();
    this.#requests.set(requestId, { start, bound: null, granted, slotId: null });
    let slotId: number | null = null;
    for (const action of this.#dispatch({ type: "claim", requestId, runtime: runtime.name }))
      if (action.type === "hand_over") slotId = action.slotId;
    this.#requests.delete(requestId);
    if (slotId === null) return null;
    const { warm } = this.#resource(slotId);
    this.#discard(slotId, "handed_over");
    this.#resources.delete(slotId);
    return warm;
  }

  async #release(slotId: number, holder: number, mode: ReleaseMode): Promise<void> {
    const isAlive = this.#resources.get(slotId)?.worker != null;
    const runtime = this.#slot(slotId)?.runtime;
    this.#dispatch({ type: "release", slotId, holder, mode, isAlive });
    if (runtime !== undefined) tellReleased(runtime, mode);
    await this.#work.get(slotId);
  }

  /** @throws HoldfastError with the code of the rejection */
  #dispatch(event: PoolEvent): readonly PoolAction[] {
    const result = poolTransition(this.#state, event, this.#context());
    if (!result.isAccepted) {
      if (result.code === "lease_released" && event.type === "release")
        throw leaseReleased(this.#resources.get(event.slotId)?.session?.id ?? "that is gone");
      if (result.code === "backing_off" && event.type === "acquire")
        throw this.#backingOff(event.request.runtime);
      throw rejected(result.code);
    }
    this.#state = result.state;
    for (const action of result.actions) this.#carryOut(action);
    for (const watch of this.#watchers) watch();
    return result.actions;
  }

  #carryOut(action: PoolAction): void {
    switch (action.type) {
      case "grant":
        return this.#grant(action);
      case "refuse":
        return this.#requests
          .get(action.requestId)
          ?.bound?.end("shutting_down", "the pool is being closed");
      case "hand_over":
        return; // by who asked
      case "plan_warm_up":
        return this.#throttle.plan(() => this.#dispatch({ type: "warm_up_due" }));
      case "warm_up":
        return void this.#warmUp(action.slotId, action.runtime);
      case "abort_warm_up":
        return this.#resource(action.slotId).abort.abort();
      case "back_off":
        return this.#backOff(action);
      case "abort_opening":
        return this.#resource(action.slotId).bound?.end(
          "shutting_down",
          "the pool is being closed",
        );
      case "reset":
        return this.#track(action.slotId, this.#reset(action.slotId));
      case "end":
        this.#discard(action.slotId, action.reason);
        return this.#track(action.slotId, this.#end(action.slotId));
      case "forget":
        this.#discard(action.slotId, action.reason);
        this.#resources.delete(action.slotId);
        return;
      default:
        return action satisfies never;
    }
  }

  #grant({ requestId, slotId }: PoolAction & { readonly type: "grant" }): void {
    const request = this.#requests.get(requestId) as Request;
    const resource = this.#resources.get(slotId) ?? newResource();
    this.#resources.set(slotId, resource);
    resource.bound = request.bound;
    request.slotId = slotId;
    request.granted.resolve(slotId);
  }

  async #warmUp(slotId: number, name: string): Promise<void> {
    const runtime = this.#runtimes.get(name) as Runtime;
    const resource = newResource();
    this.#resources.set(slotId, resource);
    const since = this.#now();
    try {
      const warm = await this.#warmWorker(runtime, resource.abort.signal);
      const tookMs = this.#now() - since;
      this.#throttle.started(tookMs);
      if (this.#slot(slotId)?.status !== "warming") {
        await warm.stop();
        return this.#gone(slotId);
      }
      resource.warm = warm;
      resource.isCreated = true;
      this.#counters.warmedUp(tookMs);
      this.#lastErrors.delete(name);
      void warm.exited.then(() => {
        if (resource.warm === warm) this.#dispatch({ type: "exited", slotId });
      });
      this.#dispatch({ type: "warmed", slotId });
      tellWarmed(name, tookMs, this.statistics.runtimes[name]?.warm ?? 0);
    } catch (error) {
      this.#warmUpFailed(slotId, name, error);
    }
  }

  async #warmWorker(runtime: Runtime, signal: AbortSignal): Promise<WarmWorker> {
    const { session, env } = this.#options;
    const startTimeoutMs = session?.startTimeoutMs ?? defaultSessionOptions.startTimeoutMs;
    const warming = { startTimeoutMs, signal, ...(env === undefined ? {} : { env }) };
    return (runtime.warm as NonNullable<Runtime["warm"]>).call(runtime, warming);
  }

  #warmUpFailed(slotId: number, runtime: string, error: unknown): void {
    this.#resources.delete(slotId);
    const isUnsupported = HoldfastError.is(error) && error.code === "feature_unsupported";
    if (this.#slot(slotId)?.status === "warming") {
      this.#counters.count("warmUpFailures");
      this.#lastErrors.set(runtime, error);
    }
    this.#dispatch({ type: "warm_up_failed", slotId, isUnsupported });
    tellWarmUpFailed(runtime, error, this.#state.health[runtime]?.warmUpFailures ?? 0);
    if (this.#state.status !== "open") return;
    try {
      const failures = this.#state.health[runtime]?.warmUpFailures ?? 0;
      this.#options.onWarmUpFailed?.({ runtime, error, failures });
    } catch {
      // It is told, not asked.
    }
  }

  #backOff({ runtime, failures, isUnsupported }: PoolAction & { readonly type: "back_off" }): void {
    const { maxBackOffMs: maxMs } = this.#options;
    const baseMs = isUnsupported ? maxMs : this.#options.backOffMs;
    const delayMs = backOffMs(failures, { baseMs, maxMs });
    clearTimeout(this.#retries.get(runtime)?.timer);
    const timer = setTimeout(() => this.#dispatch({ type: "retry", runtime }), delayMs);
    timer.unref();
    this.#retries.set(runtime, { timer, at: this.#now() + delayMs });
  }

  #track(slotId: number, work: Promise<void>): void {
    const tracked = work.finally(() => {
      if (this.#work.get(slotId) === tracked) this.#work.delete(slotId);
    });
    this.#work.set(slotId, tracked);
  }

  async #reset(slotId: number): Promise<void> {
    const { session } = this.#resource(slotId);
    const isOk = await (session as Session).restart().then(
      () => true,
      () => false,
    );
    this.#dispatch({ type: "reset_done", slotId, isOk });
    if (!isOk) await this.#work.get(slotId);
  }

  async #end(slotId: number): Promise<void> {
    const { session, warm, worker } = this.#resource(slotId);
    // What has failed to end is nobody's to hold on to: its guard ends it with us.
    await Promise.allSettled([session?.close(), warm?.stop(), session ?? worker?.stop()]);
    this.#gone(slotId);
  }

  #gone(slotId: number): void {
    this.#discard(slotId, "failed");
    this.#resources.delete(slotId);
    this.#dispatch({ type: "ended", slotId });
  }

  #created(resource: Resource): void {
    resource.isCreated = true;
    this.#counters.count("created");
  }

  /** Counts the end of what had come up, once. */
  #discard(slotId: number, reason: DiscardReason): void {
    const resource = this.#resources.get(slotId);
    if (resource?.isCreated !== true) return;
    resource.isCreated = false;
    this.#counters.discarded(reason);
    tellRemoved(reason);
  }

  #wake(): void {
    for (const [runtime, count] of Object.entries(this.#state.limits.minIdle))
      if (count > 0) this.#dispatch({ type: "wake", runtime });
  }

  #check(): void {
    this.#dispatch({ type: "check" });
    for (const { id, status } of this.#state.slots) if (status === "kept") void this.#ping(id);
  }

  async #ping(slotId: number): Promise<void> {
    const resource = this.#resource(slotId);
    const { worker, session } = resource;
    if (worker?.ping === undefined || resource.isPinged || session?.isBusy === true) return;
    resource.isPinged = true;
    try {
      const timeoutMs = this.#options.healthTimeoutMs;
      await within(worker.ping(), { timeoutMs, what: `answer of session ${session?.id}` });
    } catch {
      if (resource.worker === worker) this.#dispatch({ type: "unresponsive", slotId });
    } finally {
      resource.isPinged = false;
    }
  }

  async #until(look: () => boolean, what: string, options: PoolWaitOptions): Promise<void> {
    if (look()) return;
    const { timeoutMs = null, signal } = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = () => look() && resolve();
    this.#watchers.add(watch);
    try {
      await within(promise, { timeoutMs, what, ...(signal ? { signal } : {}) });
    } finally {
      this.#watchers.delete(watch);
    }
  }

  #context(): PoolContext {
    return {
      now: this.#now(),
      suits: (requestId, slotId) => {
        const start = this.#requests.get(requestId)?.start;
        const warm = this.#resources.get(slotId)?.warm;
        return start !== undefined && warm?.suits(start) === true;
      },
      isBusy: (slotId) => this.#resources.get(slotId)?.session?.isBusy === true,
    };
  }

  #running(): number {
    let count = this.#options.running?.() ?? 0;
    for (const { session } of this.#resources.values()) if (session?.isBusy === true) count++;
    return count;
  }

  #slot(slotId: number): Slot | undefined {
    return this.#state.slots.find(({ id }) => id === slotId);
  }

  #resource(slotId: number): Resource {
    return this.#resources.get(slotId) as Resource;
  }

  #runtime(name: string | undefined): Runtime {
    const [only] = this.#runtimes.values();
    if (name === undefined && this.#runtimes.size === 1 && only !== undefined) return only;
    const runtime = this.#runtimes.get(name ?? "");
    if (runtime !== undefined) return runtime;
    const allowed = [...this.#runtimes.keys()];
    const received = name === undefined ? "none" : JSON.stringify(name.slice(0, 100));
    throw new HoldfastError({
      code: "unknown_runtime",
      message: `runtime: received ${received}, allowed ${allowed.join(", ")}`,
      details: { received: name?.slice(0, 100), allowed },
    });
  }

  /** By runtime; nothing where warm workers are not to be had. */
  #minIdle(): Readonly<Record<string, number>> {
    const { minIdle } = this.#options;
    return Object.fromEntries(
      [...this.#runtimes.values()].map((runtime) => [
        runtime.name,
        runtime.warm === undefined
          ? 0
          : typeof minIdle === "number"
            ? minIdle
            : (minIdle[runtime.name] ?? 0),
      ]),
    );
  }

  #backingOff(runtime: string): HoldfastError {
    const cause = this.#lastErrors.get(runtime);
    const retryAfterMs = Math.max(
      0,
      Math.round((this.#retries.get(runtime)?.at ?? 0) - this.#now()),
    );
    const isThere = !(HoldfastError.is(cause) && cause.code === "runtime_unavailable");
    return new HoldfastError({
      code: isThere ? "worker_start_failed" : "runtime_unavailable",
      message: `start of ${runtime}: the last ones failed, the next try is in ${retryAfterMs} ms: ${messageOf(cause)}`,
      details: { runtime, retryAfterMs },
      cause,
    });
  }
}

interface OpenOptions<T> {
  readonly bound: AcquireBound;
  readonly opening: Promise<T>;
  readonly undo: (value: T) => Promise<unknown>;
}

function newResource(): Resource {
  return {
    warm: null,
    session: null,
    worker: null,
    abort: new AbortController(),
    bound: null,
    isCreated: false,
    isPinged: false,
  };
}

/** The runtime, with another way to its workers. */
function withStart(
  runtime: Runtime,
  start: (options: WorkerStartOptions) => Promise<Worker>,
): Runtime {
  return {
    name: runtime.name,
    inspect: () => runtime.inspect(),
    check: (request) => runtime.check?.(request),
    start,
  };
}

function rejected(code: PoolRejection): HoldfastError {
  return new HoldfastError(
    code === "queue_full"
      ? { code, message: "acquisition: as many wait already as are allowed" }
      : { code: "shutting_down", message: "acquisition: the pool is being closed" },
  );
}

function outcomeOf(error: unknown): "timedOut" | "cancelled" | "refused" | "failed" {
  if (!HoldfastError.is(error)) return "failed";
  switch (error.code) {
    case "deadline_exceeded":
      return "timedOut";
    case "cancelled":
      return "cancelled";
    case "queue_full":
    case "shutting_down":
      return "refused";
    default:
      return "failed";
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
