import { HoldfastError } from "../errors/holdfast-error.ts";
import {
  type ResourceUsage,
  type ResourceUsageOptions,
  resourceUsage,
} from "../telemetry/resource-usage.ts";
import {
  type ProcessRoot,
  type SessionProcess,
  sessionProcesses,
  signalProcess,
} from "../telemetry/session-processes.ts";
import { debug } from "../telemetry/debug-log.ts";
import type { TerminationReason } from "../telemetry/telemetry-event.ts";
import type { Heartbeat } from "../worker/heartbeat.ts";
import { type ProcessExit, describeExit } from "../worker/process-exit.ts";
import { randomId } from "../worker/random-id.ts";
import type { StopOptions } from "../worker/stop-ladder.ts";
import { workingDirectory } from "../worker/working-directory.ts";
import type { MimeBundle } from "../protocol/execution-data.ts";
import type { Skipped, Variable } from "../protocol/namespace-data.ts";
import { type Value, checkSent } from "../protocol/value.ts";
import { within } from "../time/within.ts";
import type {
  CheckpointReport,
  Completions,
  Feature,
  ModuleInfo,
  RestoreReport,
  Runtime,
  Worker,
  WorkerExecution,
  WorkerOutcome,
  WorkerStartOptions,
} from "../worker/worker.ts";
import { BackgroundExecutions } from "./background-executions.ts";
import { type ExecuteOptions, workerRequest } from "./execute-options.ts";
import { Execution } from "./execution.ts";
import { errorEvent, failWith, finalStatus, finishWithout } from "./execution-ends.ts";
import type { SessionStateAfter } from "./execution-record.ts";
import { HealthCheck } from "./health-check.ts";
import { NamedTimers } from "./named-timers.ts";
import { type AnyOperation, Operation } from "./operation.ts";
import { type Savepoint, canRollBack, noTransactions, takeSavepoint } from "./savepoint.ts";
import type { SessionCreateOptions, SessionPast } from "./session-create-options.ts";
import {
  executionNotFound,
  idTaken,
  queueFull,
  sessionClosed,
  unsupported,
  variableNotFound,
} from "./session-errors.ts";
import {
  type ResolvedSessionOptions,
  type SessionOptions,
  checkHeartbeatTimeout,
  resolveSessionOptions,
} from "./session-options.ts";
import type { SessionAction, SessionEvent, SessionState, SessionStatus } from "./session-state.ts";
import {
  logTransition,
  tellCreated,
  tellQueued,
  tellRejected,
  tellReopened,
  tellRestarted,
  tellStartFailed,
  tellTerminated,
  tellUnresponsive,
  tellWorkerExited,
} from "./session-telemetry.ts";
import { initialSession, transition } from "./session-transition.ts";
import { StartBreaker } from "./start-breaker.ts";

/** What a session was forked into. */
export interface SessionFork {
  readonly sessions: readonly Session[];
  /** What the new ones do not have, such as threads. */
  readonly skipped: readonly Skipped[];
}

/**
 * A worker that is kept: executions run in it one after the other and find the state that the last one left. When the
 * worker is lost the session lives on, and its next execution starts a fresh one.
 *
 * What happens next is decided by the pure {@link transition}; this class carries its actions out.
 */
export class Session implements AsyncDisposable {
  readonly id: string;
  readonly runtime: Runtime;
  readonly createdAt: number;
  /** The session that this one was forked from. */
  readonly parentId: string | null;
  readonly #create: SessionCreateOptions;
  #options: ResolvedSessionOptions;
  #state: SessionState;
  #worker: Worker | null = null;
  /** The worker that is coming up, with the means to stop that. */
  #starting: { readonly abort: AbortController; readonly start: Promise<unknown> } | null = null;
  /** Settles when nothing is left of the workers that were. */
  #stopping: Promise<unknown> = Promise.resolve();
  /** Why the last start failed, `null` when it did not. */
  #startError: unknown = null;
  /** Workers that were told to end. */
  readonly #stopped = new WeakSet<Worker>();
  /** Workers whose process has ended, and how the last of them did, until the next is ready. */
  readonly #exited = new WeakSet<Worker>();
  #lastExit: ProcessExit | null = null;
  #restarts = 0;
  #executionCount = 0;
  #lastActivityAt = Date.now();
  readonly #executions = new Map<string, Execution>();
  readonly #operations = new Map<string, AnyOperation>();
  readonly #breaker: StartBreaker;
  /** How the first worker comes up, where that is another way than that of the later ones. */
  #firstStart: SessionCreateOptions["startWorker"] | null;
  /** Whether the next worker starts from the checkpoint. */
  #isRecovering: boolean;
  /** Whether the worker has been given anything to do. */
  #hasWorked = false;
  #health: HealthCheck | null = null;
  /** The state before the transaction that runs. */
  #savepoint: Savepoint | null = null;
  readonly #background: BackgroundExecutions;
  readonly #timers = new NamedTimers();
  /** What runs in the foreground. */
  #running: WorkerExecution | null = null;
  #settled = Promise.withResolvers<void>();
  /** The worker that {@link restart} asked for, by its generation. */
  #requestedGeneration = 0;
  /** Whether the last worker started from a checkpoint. */
  #hasRestored = false;
  #terminationReason: TerminationReason | null = null;
  readonly #begunAt = performance.now();
  /** Whether its creation was told, and its end was not. */
  #isTold = false;

  private constructor(
    create: SessionCreateOptions,
    parent: {
      readonly id: string;
      readonly fork: SessionCreateOptions["startWorker"];
    } | null = null,
    past: SessionPast | null = null,
  ) {
    this.#create = create;
    this.#options = resolveSessionOptions(create);
    this.id = create.id ?? randomId();
    this.runtime = create.runtime;
    this.parentId = parent?.id ?? null;
    this.#firstStart = parent?.fork ?? null;
    this.#isRecovering = create.isRestored ?? false;
    this.#breaker = new StartBreaker({
      sessionId: this.id,
      maxFailedStarts: this.#options.maxFailedStarts,
    });
    this.#background = new BackgroundExecutions({
      sessionId: this.id,
      runtimeName: this.runtime.name,
      options: () => this.#options,
      readyWorker: () => this.#readyWorker(),
      touch: () => this.#touch(),
    });
    this.#state = initialSession(this.#options.maxQueuedExecutions);
    this.createdAt = past?.createdAt ?? Date.now();
    if (past === null) {
      this.#startWorker(this.#state.generation);
      return;
    }
    this.#state = { ...this.#state, status: "lost" };
    this.#lastActivityAt = past.lastActivityAt;
    this.#restarts = past.restarts;
    this.#executionCount = past.executionCount;
    this.#isTold = true;
    tellReopened(this);
  }

  /** A session whose worker ended with the process that had it: `lost`, and its first use starts a fresh one. */
  static lost(options: SessionCreateOptions, past: SessionPast): Session {
    return new Session(options, null, past);
  }

  /**
   * Starts a session and waits until its first worker is ready.
   * @throws HoldfastError `worker_start_failed`, `runtime_unavailable`, `invalid_request`
   */
  static async open(options: SessionCreateOptions): Promise<Session> {
    return new Session(options).#opened();
  }

  get status(): SessionStatus {
    return this.#state.status;
  }

  /** The worker's process id, `null` while there is none. */
  get pid(): number | null {
    return this.#worker?.pid ?? null;
  }

  /** The version of the worker's runtime, `null` while there is no worker. */
  get runtimeVersion(): string | null {
    return this.#worker?.version ?? null;
  }

  /** How many workers came after the first. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Executions accepted so far. */
  get executionCount(): number {
    return this.#executionCount;
  }

  /** Milliseconds since the epoch of the last use, or of the last output. */
  get lastActivityAt(): number {
    return this.#lastActivityAt;
  }

  /** Whether something runs or waits, in the background too. */
  get isBusy(): boolean {
    return (
      this.#state.running !== null || this.#state.queue.length > 0 || this.#background.count > 0
    );
  }

  /** Executions that are still known, oldest first. */
  get executions(): readonly Execution[] {
    return [...this.#executions.values()];
  }

  /** @throws HoldfastError `execution_not_found` */
  execution(executionId: string): Execution {
    const execution = this.#executions.get(executionId);
    if (execution !== undefined) return execution;
    throw executionNotFound(this.id, executionId);
  }

  /** Changes options of a live session; they count from the next execution on. @throws HoldfastError `invalid_request` */
  configure(options: Pick<SessionOptions, "executionTimeoutMs">): void {
    this.#options = resolveSessionOptions({ ...this.#options, ...options });
  }

  /**
   * Queues code for the foreground; it is known, and can be interrupted, when the call returns.
   * @throws HoldfastError `session_closed`, `queue_full`, `invalid_request`, `feature_unsupported`
   */
  execute(code: string, options: ExecuteOptions = {}): Execution {
    const execution = this.#newExecution(code, options, false);
    this.#executions.set(execution.id, execution);
    tellQueued(this, execution.request, false);
    try {
      this.#dispatch({ type: "execute", executionId: execution.id });
    } catch (error) {
      this.#executions.delete(execution.id);
      tellRejected(this, execution.id, false, error);
      throw error;
    }
    this.#accepted(execution);
    return execution;
  }

  /**
   * Starts code beside the foreground, with the state of the last boundary between executions. It has a process when
   * the call settles; a kill or an interrupt that comes earlier waits for that.
   * @throws HoldfastError `feature_unsupported`, `session_closed`, `queue_full`, `worker_start_failed`, `worker_lost`
   */
  async executeInBackground(code: string, options: ExecuteOptions = {}): Promise<Execution> {
    if (options.onError === "rollback") {
      throw new HoldfastError({
        code: "invalid_request",
        message: "onError: received rollback for a background execution, allowed keep",
        details: { sessionId: this.id },
      });
    }
    const execution = this.#newExecution(code, options, true);
    const { count } = this.#background;
    if (count >= this.#options.maxBackgroundExecutions) throw queueFull(this.id, count);
    this.#touch();
    this.#executions.set(execution.id, execution);
    tellQueued(this, execution.request, true);
    try {
      await this.#background.start(execution);
      this.#accepted(execution);
      return execution;
    } catch (error) {
      failWith(execution, error, "kept");
      this.#executions.delete(execution.id);
      throw error;
    }
  }

  /** Interrupts what runs in the foreground; the state is kept. Nothing happens when nothing runs. */
  interrupt(): void {
    const { running } = this.#state;
    if (running !== null) this.#dispatch({ type: "interrupt", executionId: running.executionId });
  }

  /**
   * Replaces the worker by a fresh one: what runs and waits is ended, the state is gone. Settles when it is ready.
   * @throws HoldfastError `session_closed`, `worker_start_failed`, `runtime_unavailable`
   */
  async restart(): Promise<void> {
    this.#dispatch({ type: "restart" });
    this.#requestedGeneration = this.#state.generation;
    this.#touch();
    await this.#settledWorker();
    if (this.#worker === null) throw this.#missingWorker();
  }

  /**
   * Sessions with the whole state of this one, as of the boundary between executions at which its turn comes; each goes
   * its own way. All come, or none.
   * @param ids one for each new session
   * @param optionsOf what a new one has otherwise than this one
   * @throws HoldfastError `feature_unsupported`, `worker_start_failed`, `worker_lost`, `session_closed`, `queue_full`
   */
  fork(
    ids: readonly string[] = [randomId()],
    optionsOf: (id: string) => Partial<SessionCreateOptions> = () => ({}),
  ): Promise<SessionFork> {
    const work = (worker: Worker) => {
      const forking = this.#forkWorker(worker, ids, optionsOf);
      this.#retire(forking); // a restart or a close waits for what is coming up
      return forking;
    };
    return this.#operate("fork", "fork", work, ({ sessions }) => {
      for (const session of sessions) this.#retire(session.close());
    });
  }

  /**
   * Writes the state, piece by piece, at a boundary between executions. A piece is valid until `write` has settled.
   * @throws HoldfastError `feature_unsupported`, `worker_lost`, `session_closed`, `queue_full`, `deadline_exceeded`
   */
  checkpoint(write: (piece: Uint8Array) => Promise<void>): Promise<CheckpointReport> {
    return this.#operate("checkpoint", "checkpoint", (worker) => worker.checkpoint?.(write));
  }

  /**
   * Replaces the state by one that {@link checkpoint} wrote, of this session or another of the same runtime.
   * @throws HoldfastError as {@link checkpoint}, and `checkpoint_invalid`: the state is as before then
   */
  restore(pieces: AsyncIterable<Uint8Array>): Promise<RestoreReport> {
    return this.#operate("restore", "checkpoint", (worker) => worker.restore?.(pieces));
  }

  /** The user's variables, with values where that is asked for. @throws HoldfastError as {@link checkpoint} */
  variables({
    names = null,
    withValues = false,
  }: { readonly names?: readonly string[] | null; readonly withValues?: boolean } = {}): Promise<
    readonly Variable[]
  > {
    return this.#operate("variables", "namespace", (worker) =>
      worker.variables?.({ names, withValues }),
    );
  }

  /** One variable, with its value. @throws HoldfastError as {@link checkpoint}, and `variable_not_found` */
  async variable(name: string): Promise<Variable> {
    const [variable] = await this.variables({ names: [name], withValues: true });
    if (variable !== undefined) return variable;
    throw variableNotFound(this.id, name);
  }

  /** @throws HoldfastError as {@link checkpoint}, and `invalid_request` for what the language cannot have */
  async setVariable(name: string, value: Value): Promise<void> {
    checkSent(name, value);
    return this.#operate("set_variable", "namespace", (worker) =>
      worker.setVariable?.(name, value),
    );
  }

  /** Removes all of the user's variables, or these. @throws HoldfastError as {@link checkpoint}, and `variable_not_found` */
  deleteVariables(names: readonly string[] | null = null): Promise<void> {
    return this.#operate("delete_variables", "namespace", (worker) =>
      worker.deleteVariables?.(names),
    );
  }

  /** What was imported. @throws HoldfastError as {@link checkpoint} */
  modules(): Promise<readonly ModuleInfo[]> {
    return this.#operate("modules", "namespace", (worker) => worker.modules?.());
  }

  /** What could stand at the cursor, which counts Unicode code points. @throws HoldfastError as {@link checkpoint} */
  complete(code: string, cursor: number): Promise<Completions> {
    return this.#operate("complete", "completion", (worker) => worker.complete?.(code, cursor));
  }

  /** Documentation of what stands at the cursor, `null` where nothing is known. @throws HoldfastError as {@link checkpoint} */
  inspect(code: string, cursor: number): Promise<MimeBundle | null> {
    return this.#operate("inspect", "completion", (worker) => worker.inspect?.(code, cursor));
  }

  /**
   * Where the session is at the moment, as an absolute path, while code runs too: the directory of its worker's process.
   * Without a worker the one that it starts in.
   */
  async directory(): Promise<string> {
    const { cwd = "/" } = this.#create;
    return this.pid === null ? cwd : ((await workingDirectory(this.pid)) ?? cwd);
  }

  /** Makes it count as used now, for what is done with the session outside of its worker. */
  touch(): void {
    this.#touch();
  }

  /**
   * Reads what the session's processes use now, background executions and daemons included; `null` while it has none.
   * Costs some file reads each time, nothing else.
   */
  resources(options: ResourceUsageOptions = {}): Promise<ResourceUsage | null> {
    return resourceUsage(
      this.#processRoots.map(({ pid }) => pid),
      options,
    );
  }

  /** The processes that the session has started, background executions and daemons included. */
  processes(): Promise<readonly SessionProcess[]> {
    return sessionProcesses(this.#processRoots);
  }

  /** Signals one of {@link processes}. @throws HoldfastError `process_not_found` */
  async killProcess(pid: number, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    await signalProcess(this.#processRoots, pid, signal);
    this.#touch();
  }

  /**
   * Ends everything the session started. Settles when no process of it is left. Repeated calls share the end.
   * @param reason told by the event `session.terminated`
   */
  async close(reason: TerminationReason = "closed"): Promise<void> {
    this.#terminationReason ??= reason;
    this.#dispatch({ type: "close" });
    // A worker that came up too late adds its own end.
    for (let stopping; stopping !== this.#stopping;) {
      stopping = this.#stopping;
      await stopping;
    }
    if (!this.#isTold) return;
    this.#isTold = false;
    tellTerminated(this, this.#terminationReason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #processRoots(): readonly ProcessRoot[] {
    const { roots } = this.#background;
    if (this.pid === null) return roots;
    const executionId = this.#state.running?.executionId ?? null;
    return [{ pid: this.pid, executionId, isExecution: false }, ...roots];
  }

  async #opened(): Promise<Session> {
    await this.#settledWorker();
    if (this.#worker !== null) {
      this.#isTold = true;
      tellCreated(this, this.#begunAt);
      return this;
    }
    const error = this.#missingWorker();
    tellStartFailed(this, this.#begunAt, error);
    await this.close();
    throw error;
  }

  /** Does something when its turn among the executions has come; `undefined` means that the worker cannot. */
  #operate<T>(
    what: string,
    feature: Feature,
    work: (worker: Worker) => Promise<T> | undefined,
    discard?: (result: T) => void,
  ): Promise<T> {
    const worked = async (worker: Worker) => {
      const working = work(worker);
      if (working === undefined) throw unsupported(this.id, this.runtime.name, what, feature);
      return working;
    };
    const operation = new Operation<T>(this.id, what, worked, discard);
    this.#touch();
    this.#operations.set(operation.id, operation);
    try {
      this.#dispatch({ type: "execute", executionId: operation.id });
    } catch (error) {
      this.#operations.delete(operation.id);
      operation.reject(error);
    }
    return operation.ended;
  }

  #runOperation(operation: AnyOperation): void {
    const worker = this.#worker as Worker;
    this.#hasWorked = true;
    this.#timers.set(`deadline:${operation.id}`, this.#options.operationTimeoutMs, () => {
      operation.reject(
        operation.error(
          "deadline_exceeded",
          `not done within ${this.#options.operationTimeoutMs} ms`,
        ),
      );
      this.#dispatch({ type: "kill", executionId: operation.id, isForced: true });
    });
    void operation.run(worker).then((isLost) => {
      if (isLost) this.#giveUp(worker);
      this.#disarmAll(operation.id);
      this.#operations.delete(operation.id);
      this.#touch();
      const isWorkerLost = this.#stopped.has(worker) || this.#exited.has(worker);
      if (isWorkerLost) this.#lose(worker);
      this.#dispatch({ type: "execution_ended", executionId: operation.id, isWorkerLost });
    });
  }

  #dropOperation(executionId: string, error: (operation: AnyOperation) => unknown): boolean {
    const operation = this.#operations.get(executionId);
    if (operation === undefined) return false;
    operation.reject(error(operation));
    this.#operations.delete(executionId);
    return true;
  }

  async #forkWorker(
    worker: Worker,
    ids: readonly string[],
    optionsOf: (id: string) => Partial<SessionCreateOptions>,
  ): Promise<SessionFork> {
    if (worker.fork === undefined) throw unsupported(this.id, this.runtime.name, "fork", "fork");
    const fork = worker.fork.bind(worker);
    const {
      recovery: _recovery,
      isRestored: _isRestored,
      onWorker: _onWorker,
      ...create
    } = this.#create;
    const sessions: Session[] = [];
    let skipped: readonly Skipped[] = [];
    try {
      for (const id of ids) {
        const child = new Session(
          { ...create, ...this.#options, ...optionsOf(id), id },
          {
            id: this.id,
            fork: async (start) => {
              const report = await fork(start);
              skipped = report.skipped;
              return report.worker;
            },
          },
        );
        sessions.push(await child.#opened());
      }
      return { sessions, skipped };
    } catch (error) {
      await Promise.all(sessions.map((session) => session.close()));
      throw error;
    }
  }

  #newExecution(code: string, options: ExecuteOptions, isBackground: boolean): Execution {
    const request = workerRequest(code, options);
    this.runtime.check?.(request);
    const timeoutMs =
      options.timeoutMs === undefined ? this.#options.executionTimeoutMs : options.timeoutMs;
    if (options.timeoutFrom === "heartbeat")
      checkHeartbeatTimeout({
        sessionId: this.id,
        timeoutMs,
        isBackground,
        heartbeatIntervalMs: this.#options.heartbeatIntervalMs,
      });
    if (options.onError === "rollback" && this.#worker !== null && !canRollBack(this.#worker))
      throw noTransactions(this.runtime, this.id);
    if (this.#executions.has(request.executionId)) throw idTaken(this.id, request.executionId);
    return new Execution({
      sessionId: this.id,
      runtime: this.runtime.name,
      request,
      isBackground,
      isTransaction: options.onError === "rollback" && !isBackground,
      timeoutMs,
      timeoutFrom: options.timeoutFrom ?? "start",
      inputSendTimeoutMs: this.#options.inputSendTimeoutMs,
      log: { maxOutputBytes: this.#options.maxOutputBytes },
      control: {
        interrupt: (executionId) => this.#interrupt(executionId),
        kill: (executionId, signal) => this.#kill(executionId, signal),
        inputGiven: (executionId) => this.#timers.clear(`input:${executionId}`),
      },
    });
  }

  /** Counts an execution more, and forgets the oldest that have ended for it. */
  #accepted(execution: Execution): void {
    this.#create.onExecution?.(execution);
    this.#touch();
    this.#executionCount++;
    let excess = this.#executions.size - this.#options.maxHistory;
    if (excess <= 0) return;
    for (const old of this.#executions.values()) {
      if (!old.hasEnded) continue;
      this.#executions.delete(old.id);
      if (--excess === 0) return;
    }
  }

  #interrupt(executionId: string): void {
    if (!this.#background.interrupt(executionId))
      this.#dispatch({ type: "interrupt", executionId });
  }

  async #kill(executionId: string, signal: NodeJS.Signals): Promise<void> {
    const execution = this.execution(executionId);
    debug.execution?.("kill", { sessionId: this.id, executionId, signal });
    const { isBackground } = execution.record;
    if (isBackground && (await this.#background.kill(executionId, signal))) return;
    if (signal === "SIGINT") return this.#dispatch({ type: "interrupt", executionId });
    this.#dispatch({ type: "kill", executionId, isForced: signal === "SIGKILL" });
    await execution.ended;
  }

  /** @throws HoldfastError with the code of the rejection */
  #dispatch(event: SessionEvent): void {
    const result = transition(this.#state, event);
    if (!result.isAccepted)
      throw result.code === "queue_full"
        ? queueFull(this.id, this.#state.queue.length)
        : sessionClosed(this.id);
    logTransition(this.id, event, this.#state, result);
    this.#state = result.state;
    for (const action of result.actions) this.#carryOut(action);
  }

  #carryOut(action: SessionAction): void {
    switch (action.type) {
      case "start_worker":
        return this.#startWorker(action.generation);
      case "stop_worker":
        return this.#stopWorker();
      case "terminate_worker":
        return this.#endWorker({ terminateGraceMs: this.#options.terminateGraceMs });
      case "kill_worker":
        return this.#endWorker({});
      case "run": {
        const operation = this.#operations.get(action.executionId);
        if (operation !== undefined) return this.#runOperation(operation);
        return this.#run(this.#known(action.executionId));
      }
      case "interrupt":
        if (this.#operations.has(action.executionId)) return undefined; // it has a deadline, and is not for users to end
        return this.#interruptForeground(this.#known(action.executionId));
      case "cancel":
        if (
          this.#dropOperation(action.executionId, (operation) =>
            operation.error(
              "cancelled",
              "the session was restarted or closed before its turn came",
            ),
          )
        )
          return undefined;
        return finishWithout(this.#known(action.executionId), "interrupted", "kept");
      case "abandon":
        this.#disarmAll(action.executionId);
        if (
          this.#dropOperation(action.executionId, (operation) =>
            operation.error("worker_lost", "its worker is gone"),
          )
        )
          return undefined;
        return finishWithout(this.#known(action.executionId), "lost", "lost");
      case "fail":
        if (this.#dropOperation(action.executionId, () => this.#startError)) return undefined;
        return failWith(this.#known(action.executionId), this.#startError, "lost");
      default:
        return action satisfies never;
    }
  }

  /** A worker that is said to be lost can live on, such as without its files: it is ended. */
  #giveUp(worker: Worker): void {
    if (this.#stopped.has(worker) || this.#exited.has(worker)) return;
    this.#stopped.add(worker);
    void worker.stop();
  }

  /** Has the worker end; the session learns of it by its exit. */
  #endWorker(options: StopOptions): void {
    if (this.#worker === null) return;
    this.#stopped.add(this.#worker);
    void this.#worker.stop(options);
  }

  #run(execution: Execution): void {
    const worker = this.#worker as Worker;
    execution.start();
    this.#touch();
    this.#hasWorked = true;
    this.#armDeadline(execution);
    if (execution.isTransaction) void this.#runTransaction(execution, worker);
    else this.#runOn(worker, execution);
  }

  /** Runs an execution with the state kept from before it. */
  async #runTransaction(execution: Execution, worker: Worker): Promise<void> {
    try {
      const signal = new AbortController().signal;
      const taking = takeSavepoint(this.runtime, worker, this.#startOptions(signal));
      this.#retire(taking);
      const savepoint = await taking;
      const { running } = this.#state;
      if (running?.executionId !== execution.id || running.ending !== null) {
        this.#retire(savepoint.release());
        throw new Error("it was ended before it began");
      }
      this.#savepoint = savepoint;
      this.#runOn(worker, execution);
    } catch (error) {
      const isAsked = this.#state.running?.ending !== null;
      if (this.#stopped.has(worker)) await worker.exited; // it must not be given the next one
      if (!isAsked) execution.happen(errorEvent(error));
      const isLost =
        this.#exited.has(worker) || (HoldfastError.is(error) && error.code === "worker_lost");
      if (isLost) this.#giveUp(worker);
      const status = isLost ? "lost" : isAsked ? "interrupted" : "error";
      this.#ended(execution, { status, exitCode: null, signal: null }, worker);
    }
  }

  #runOn(worker: Worker, execution: Execution): void {
    let running: WorkerExecution;
    try {
      running = worker.execute(execution.request, (event) => {
        this.#touch();
        execution.happen(event);
        if (event.type === "input_request") this.#armInputWait(execution);
      });
    } catch (error) {
      // A worker that fails at this cannot be trusted with the next one.
      void worker.stop();
      execution.happen(errorEvent(error));
      this.#ended(execution, { status: "lost", exitCode: null, signal: null }, worker);
      return;
    }
    this.#running = running;
    execution.attach(running);
    void running.ended.then((outcome) => {
      // One that a later worker has taken the place of has nothing to say any more.
      if (this.#running === running) this.#running = null;
      const savepoint = this.#savepoint;
      if (savepoint === null || execution.hasEnded) this.#ended(execution, outcome, worker);
      // A restart or a close waits for the way back.
      else this.#retire(this.#endTransaction(savepoint, execution, outcome, worker));
    });
  }

  async #endTransaction(
    savepoint: Savepoint,
    execution: Execution,
    outcome: WorkerOutcome,
    worker: Worker,
  ): Promise<void> {
    this.#disarmAll(execution.id); // its code is over: no deadline of it may end the way back
    const { running, status } = this.#state;
    const isFailed =
      running?.ending !== null || outcome.status !== "ok" || (outcome.exitCode ?? 0) !== 0;
    if (status !== "busy" || !isFailed) {
      this.#savepoint = null;
      this.#retire(savepoint.release());
      return this.#ended(execution, outcome, worker);
    }
    const rolling = savepoint.rollback(outcome.status === "lost");
    try {
      const restored = await within(rolling, {
        timeoutMs: this.#options.operationTimeoutMs,
        what: `rollback of session ${this.id}`,
      });
      if (this.#savepoint === savepoint) this.#savepoint = null;
      if (restored === worker) return this.#ended(execution, outcome, worker, "restored");
      if (this.#worker !== worker) {
        this.#retire(restored.stop()); // restarted or closed meanwhile
        return this.#ended(execution, outcome, worker);
      }
      this.#retire(worker.stop());
      this.#adopt(restored, this.#state.generation);
      return this.#ended(execution, outcome, restored, "restored");
    } catch (error) {
      // One that comes when nobody waits for it any more.
      void rolling.then(
        (late) => late !== worker && this.#retire(late.stop()),
        () => {}, // told already
      );
      if (this.#savepoint === savepoint) this.#savepoint = null;
      this.#retire(savepoint.release(), worker.stop());
      if (this.#worker === worker) execution.happen(errorEvent(error));
      return this.#ended(execution, { ...outcome, status: "lost" }, worker);
    }
  }

  /** `became`: what a transaction has made of the state. */
  #ended(
    execution: Execution,
    outcome: WorkerOutcome,
    worker: Worker,
    became: "kept" | "restored" = "kept",
  ): void {
    if (execution.hasEnded) return;
    this.#disarmAll(execution.id);
    const ending =
      this.#state.running?.executionId === execution.id ? this.#state.running.ending : null;
    // One that was told to end is about to, however the code came to its end.
    const isWorkerLost =
      (outcome.status === "lost" && became === "kept") ||
      this.#stopped.has(worker) ||
      this.#exited.has(worker);
    const isPresent = this.#worker === worker; // neither restarted nor closed meanwhile
    if (isWorkerLost) this.#lose(worker);
    else this.#breaker.succeeded();
    execution.finish({
      status: finalStatus(outcome, ending),
      exitCode: outcome.exitCode,
      signal: outcome.signal,
      sessionState: isWorkerLost ? this.#stateAfterLoss : isPresent ? became : "lost",
    });
    this.#touch();
    this.#dispatch({ type: "execution_ended", executionId: execution.id, isWorkerLost });
  }

  /** What becomes of the state when a worker is lost. */
  get #stateAfterLoss(): SessionStateAfter {
    const isRestarting = this.#state.status === "restarting" || this.#state.status === "closed";
    return !isRestarting && this.#create.recovery?.hasCheckpoint === true ? "restored" : "lost";
  }

  /** A worker is gone, and its state with it. */
  #lose(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#health?.stop();
    this.#retire(worker.exited);
    this.#isRecovering = this.#create.recovery?.hasCheckpoint ?? false;
  }

  /** Has the next start, and the end of the session, wait for something. */
  #retire(...endings: readonly Promise<unknown>[]): void {
    this.#stopping = Promise.allSettled([this.#stopping, ...endings]).then(() => {});
  }

  #interruptForeground(execution: Execution): void {
    this.#running?.interrupt();
    const key = `grace:${execution.id}`;
    if (this.#timers.has(key)) return;
    this.#timers.set(key, this.#options.interruptGraceMs, () =>
      this.#dispatch({ type: "grace_over", executionId: execution.id }),
    );
  }

  #startWorker(generation: number): void {
    if (generation > 1) this.#restarts++;
    const begunAt = performance.now();
    const abort = new AbortController();
    const start = this.#stopping
      .then(() => {
        abort.signal.throwIfAborted(); // given up while it waited for the end of the last one
        return this.#bringUp(abort.signal);
      })
      .then(
        (worker) => this.#workerReady(worker, generation, begunAt),
        (error: unknown) => this.#workerFailed(error, generation),
      );
    this.#starting = { abort, start };
  }

  async #bringUp(signal: AbortSignal): Promise<Worker> {
    this.#breaker.check(performance.now());
    const start =
      this.#firstStart ?? this.#create.startWorker ?? this.runtime.start.bind(this.runtime);
    this.#firstStart = null;
    const worker = await start(this.#startOptions(signal));
    this.#hasRestored = false;
    const { recovery } = this.#create;
    if (!this.#isRecovering || recovery === undefined) return worker;
    this.#isRecovering = false; // a checkpoint that cannot be restored is told of once
    try {
      if (worker.restore === undefined)
        throw unsupported(this.id, this.runtime.name, "restore", "checkpoint");
      await within(worker.restore(recovery.open()), {
        timeoutMs: this.#options.operationTimeoutMs,
        signal,
        what: `restore of session ${this.id}`,
      });
      this.#hasRestored = true;
      return worker;
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  #startOptions(signal: AbortSignal): WorkerStartOptions {
    return {
      sessionId: this.id,
      env: this.#create.env ?? {},
      cwd: this.#create.cwd ?? "/",
      startTimeoutMs: this.#options.startTimeoutMs,
      signal,
      onLateOutput: (executionId, stream, bytes) => {
        this.#touch();
        this.#create.onLateOutput?.(executionId, stream, bytes);
      },
    };
  }

  /** Answers the end of a worker that nobody waits for any more. */
  #workerReady(worker: Worker, generation: number, begunAt: number): Promise<unknown> | null {
    if (this.#state.status === "closed" || generation !== this.#state.generation)
      return worker.stop();
    this.#starting = null;
    this.#startError = null;
    this.#lastExit = null;
    this.#hasWorked = false;
    this.#adopt(worker, generation);
    if (generation > 1) this.#tellRestarted(worker.pid, generation, begunAt);
    this.#dispatch({ type: "worker_ready", generation });
    this.#settle();
    return null;
  }

  #adopt(worker: Worker, generation: number): void {
    this.#worker = worker;
    this.#create.onWorker?.(worker);
    this.#watchHealth(worker);
    void worker.exited.then((exit) => {
      tellWorkerExited(this, worker.pid, exit);
      this.#exited.add(worker);
      for (const operation of this.#operations.values()) operation.lose(worker);
      if (this.#worker !== worker) return; // another has taken its place
      if (generation === this.#state.generation) this.#lastExit = exit;
      if (!this.#hasWorked) this.#breaker.failed(performance.now());
      if (this.#state.running === null) this.#lose(worker);
      this.#dispatch({ type: "worker_exited", generation });
    });
  }

  #watchHealth(worker: Worker): void {
    this.#health?.stop();
    this.#health = null;
    const { heartbeatIntervalMs: intervalMs, heartbeatTimeoutMs: timeoutMs } = this.#options;
    if (worker.ping === undefined || intervalMs === null) return;
    this.#health = new HealthCheck(worker, {
      intervalMs,
      timeoutMs,
      onHeartbeat: (heartbeat) => {
        if (this.#worker === worker) this.#beat(heartbeat);
      },
      onUnresponsive: () => {
        tellUnresponsive(this, worker.pid);
        void worker.stop({});
      },
    });
  }

  #tellRestarted(pid: number, generation: number, begunAt: number): void {
    const reason = generation === this.#requestedGeneration ? "requested" : "worker_lost";
    tellRestarted(this, { pid, reason, begunAt, isRestored: this.#hasRestored });
  }

  #workerFailed(error: unknown, generation: number): void {
    if (generation !== this.#state.generation) return;
    this.#starting = null;
    this.#startError = error;
    if (!(HoldfastError.is(error) && "retryAfterMs" in error.details))
      this.#breaker.failed(performance.now());
    this.#dispatch({ type: "worker_failed", generation });
    this.#settle();
  }

  #stopWorker(): void {
    const worker = this.#worker;
    this.#worker = null;
    this.#health?.stop();
    this.#isRecovering = false;
    if (this.#savepoint !== null) this.#retire(this.#savepoint.release());
    this.#savepoint = null;
    const tasks = this.#background.stop();
    if (worker !== null) tasks.push(worker.stop());
    if (this.#starting !== null) {
      this.#starting.abort.abort();
      tasks.push(this.#starting.start);
      this.#starting = null;
    }
    this.#retire(...tasks);
    if (this.#state.status === "closed") this.#settle();
  }

  async #readyWorker(): Promise<Worker> {
    this.#dispatch({ type: "wake" });
    await this.#settledWorker();
    if (this.#worker !== null) return this.#worker;
    throw this.#missingWorker();
  }

  /** Waits until the worker that is being started is there, or has failed. */
  async #settledWorker(): Promise<void> {
    while (this.#state.status === "starting" || this.#state.status === "restarting")
      await this.#settled.promise;
  }

  #settle(): void {
    this.#settled.resolve();
    this.#settled = Promise.withResolvers<void>();
  }

  /** The worker lives, and with it what runs in the foreground. */
  #beat(heartbeat: Heartbeat): void {
    const { running } = this.#state;
    const execution = running === null ? undefined : this.#executions.get(running.executionId);
    if (execution === undefined) return;
    execution.beat(heartbeat);
    const isOpen = this.#timers.has(`deadline:${execution.id}`);
    if (isOpen && execution.timeoutFrom === "heartbeat") this.#armDeadline(execution);
  }

  #armDeadline(execution: Execution): void {
    if (execution.timeoutMs === null) return;
    this.#timers.set(`deadline:${execution.id}`, execution.timeoutMs, () =>
      this.#dispatch({ type: "deadline", executionId: execution.id }),
    );
  }

  #armInputWait(execution: Execution): void {
    const { inputWaitTimeoutMs } = this.#options;
    if (inputWaitTimeoutMs === null || !execution.isWaitingForInput) return;
    this.#timers.set(`input:${execution.id}`, inputWaitTimeoutMs, () =>
      this.#dispatch({ type: "deadline", executionId: execution.id }),
    );
  }

  #disarmAll(executionId: string): void {
    for (const kind of ["deadline", "grace", "input"]) this.#timers.clear(`${kind}:${executionId}`);
  }

  #known(executionId: string): Execution {
    return this.#executions.get(executionId) as Execution;
  }

  #touch(): void {
    this.#lastActivityAt = Date.now();
    this.#create.onActivity?.(this.id);
  }

  /** Why there is no worker although one was waited for. */
  #missingWorker(): unknown {
    if (this.#state.status === "closed") return sessionClosed(this.id);
    if (this.#startError !== null) return this.#startError;
    const how = this.#lastExit === null ? "" : `: ${describeExit(this.#lastExit)}`;
    return new HoldfastError({
      code: "worker_start_failed",
      message: `worker of session ${this.id}: it was ready and ended at once${how}`,
      details: { sessionId: this.id, ...this.#lastExit },
    });
  }
}
