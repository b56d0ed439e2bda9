import type {
  Feature,
  Heartbeat,
  ProcessExit,
  StopOptions,
  StopReport,
  Worker,
  WorkerEventListener,
  WorkerRequest,
  WorkerStartOptions,
} from "@holdfast/core";
import { HoldfastError } from "@holdfast/core";
import { Mailbox } from "../wait/mailbox.ts";
import { FakeExecution } from "./fake-execution.ts";
import type { FakeOperation } from "./fake-operation.ts";

/** What a {@link FakeWorker} is made of. */
export interface FakeWorkerOptions {
  readonly pid: number;
  readonly features: readonly Feature[];
  /** What it was started with. */
  readonly start: WorkerStartOptions;
  /** Whether {@link FakeWorker.stop} ends it; else it waits for the test to. @default true */
  readonly stopsAtOnce?: boolean;
  /** Whether it can be asked for heartbeats. @default false */
  readonly hasHeartbeats?: boolean;
}

/** What a {@link FakeWorker.crash} leaves behind. */
export interface FakeCrashOptions {
  /** Whether no process of the worker's tree is left; else `exited` waits for {@link FakeWorker.reap}. @default true */
  readonly isReaped?: boolean;
}

const methodsOf = {
  checkpoint: ["checkpoint", "restore"],
  fork: ["fork"],
  namespace: ["variables", "setVariable", "deleteVariables", "modules"],
  completion: ["complete", "inspect"],
} as const;

/** A worker without a process: the test takes its executions from a mailbox and drives them. */
export class FakeWorker implements Worker {
  readonly version = "1";
  readonly pid: number;
  readonly features: ReadonlySet<Feature>;
  /** What it was started with. */
  readonly start: WorkerStartOptions;
  readonly exited: Promise<ProcessExit>;
  /** Foreground executions in the order in which they came. */
  readonly executions = new Mailbox<FakeExecution>();
  /** Background executions likewise. */
  readonly backgroundExecutions = new Mailbox<FakeExecution>();
  /** Calls of the methods of `checkpoint`, `fork`, `namespace` and `completion`, which are there with these features. */
  readonly operations = new Mailbox<FakeOperation>();
  declare readonly checkpoint?: NonNullable<Worker["checkpoint"]>;
  declare readonly restore?: NonNullable<Worker["restore"]>;
  declare readonly fork?: NonNullable<Worker["fork"]>;
  declare readonly variables?: NonNullable<Worker["variables"]>;
  declare readonly setVariable?: NonNullable<Worker["setVariable"]>;
  declare readonly deleteVariables?: NonNullable<Worker["deleteVariables"]>;
  declare readonly modules?: NonNullable<Worker["modules"]>;
  declare readonly complete?: NonNullable<Worker["complete"]>;
  declare readonly inspect?: NonNullable<Worker["inspect"]>;
  declare readonly ping?: NonNullable<Worker["ping"]>;
  /** Heartbeats that were asked for; the test answers them. */
  readonly pings = new Mailbox<{ readonly resolve: (heartbeat: Heartbeat) => void }>();
  /** What each call of {@link stop} asked for. */
  readonly stops: StopOptions[] = [];
  readonly #stopsAtOnce: boolean;
  readonly #exit = Promise.withResolvers<ProcessExit>();
  #exited: ProcessExit | null = null;
  readonly #running = new Set<FakeExecution>();

  constructor(options: FakeWorkerOptions) {
    const { pid, features, start, stopsAtOnce = true, hasHeartbeats = false } = options;
    this.#stopsAtOnce = stopsAtOnce;
    this.pid = pid;
    this.features = new Set(features);
    this.start = start;
    this.exited = this.#exit.promise;
    if (hasHeartbeats) Object.assign(this, { ping: () => this.#ping() });
    for (const [feature, methods] of Object.entries(methodsOf)) {
      if (!this.features.has(feature as Feature)) continue;
      for (const method of methods)
        Object.assign(this, { [method]: (...given: unknown[]) => this.#operate(method, given) });
    }
  }

  /** Whether its process has ended, or was ended. */
  get hasEnded(): boolean {
    return this.#exited !== null;
  }

  /** An end as `lost` is that of the worker. */
  execute(request: WorkerRequest, onEvent: WorkerEventListener): FakeExecution {
    const execution = this.#begin(request, onEvent, this.executions);
    this.#running.add(execution);
    void execution.ended.then(({ status, exitCode, signal }) => {
      this.#running.delete(execution);
      if (status === "lost" && this.#exited === null) this.crash({ exitCode, signal });
    });
    return execution;
  }

  /** One that runs beside it has a process tree of its own: a crash of the worker does not end it, {@link stop} does. */
  async executeInBackground(
    request: WorkerRequest,
    onEvent: WorkerEventListener,
  ): Promise<FakeExecution> {
    return this.#begin(request, onEvent, this.backgroundExecutions);
  }

  /**
   * Ends the worker as a crash does: what runs is lost, and then it has exited. The first one counts.
   * @default signal `SIGKILL`
   */
  crash(
    exit: Partial<ProcessExit> = { signal: "SIGKILL" },
    { isReaped = true }: FakeCrashOptions = {},
  ): void {
    this.#exited ??= { exitCode: null, signal: null, stderrTail: "", ...exit };
    const { exitCode, signal } = this.#exited;
    for (const execution of this.#running) execution.end({ status: "lost", exitCode, signal });
    if (isReaped) this.reap();
  }

  /** Lets `exited` settle for a worker that has crashed. */
  reap(): void {
    if (this.#exited !== null) this.#exit.resolve(this.#exited);
  }

  async stop(options: StopOptions = {}): Promise<StopReport> {
    this.stops.push(options);
    for (const background of this.backgroundExecutions.all)
      if (!background.hasEnded) await background.stop(options);
    if (this.#stopsAtOnce) this.crash();
    return { step: "kill", exit: await this.exited, killedProcesses: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #ping(): Promise<Heartbeat> {
    const { promise, resolve } = Promise.withResolvers<Heartbeat>();
    this.pings.put({ resolve });
    return promise;
  }

  #operate(method: string, given: readonly unknown[]): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.operations.put({ method, arguments: given, resolve, reject });
    void this.exited.then(() =>
      reject(
        new HoldfastError({ code: "worker_lost", message: `${method}: the worker has ended` }),
      ),
    );
    return promise;
  }

  #begin(
    request: WorkerRequest,
    onEvent: WorkerEventListener,
    mailbox: Mailbox<FakeExecution>,
  ): FakeExecution {
    const execution = new FakeExecution({ pid: this.pid, request, onEvent });
    mailbox.put(execution);
    const exit = this.#exited;
    if (exit !== null)
      execution.end({ status: "lost", exitCode: exit.exitCode, signal: exit.signal });
    return execution;
  }
}
