import type {
  Feature,
  ProcessExit,
  StopOptions,
  StopReport,
  Worker,
  WorkerEventListener,
  WorkerRequest,
  WorkerStartOptions,
} from "@holdfast/core";
import { Mailbox } from "../wait/mailbox.ts";
import { FakeExecution } from "./fake-execution.ts";

/** What a {@link FakeWorker} is made of. */
export interface FakeWorkerOptions {
  readonly pid: number;
  readonly features: readonly Feature[];
  /** What it was started with. */
  readonly start: WorkerStartOptions;
  /** Whether {@link FakeWorker.stop} ends it; else it waits for the test to. @default true */
  readonly stopsAtOnce?: boolean;
}

/** What a {@link FakeWorker.crash} leaves behind. */
export interface FakeCrashOptions {
  /** Whether no process of the worker's tree is left; else `exited` waits for {@link FakeWorker.reap}. @default true */
  readonly isReaped?: boolean;
}

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
  /** What each call of {@link stop} asked for. */
  readonly stops: StopOptions[] = [];
  readonly #stopsAtOnce: boolean;
  readonly #exit = Promise.withResolvers<ProcessExit>();
  #exited: ProcessExit | null = null;
  readonly #running = new Set<FakeExecution>();

  constructor({ pid, features, start, stopsAtOnce = true }: FakeWorkerOptions) {
    this.#stopsAtOnce = stopsAtOnce;
    this.pid = pid;
    this.features = new Set(features);
    this.start = start;
    this.exited = this.#exit.promise;
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
