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
  readonly #exit = Promise.withResolvers<ProcessExit>();
  #exited: ProcessExit | null = null;
  readonly #running = new Set<FakeExecution>();

  constructor({ pid, features, start }: FakeWorkerOptions) {
    this.pid = pid;
    this.features = new Set(features);
    this.start = start;
    this.exited = this.#exit.promise;
  }

  execute(request: WorkerRequest, onEvent: WorkerEventListener): FakeExecution {
    return this.#begin(request, onEvent, this.executions);
  }

  async executeInBackground(
    request: WorkerRequest,
    onEvent: WorkerEventListener,
  ): Promise<FakeExecution> {
    return this.#begin(request, onEvent, this.backgroundExecutions);
  }

  /** Ends the worker as a crash does: what runs is lost. Nothing happens when it has ended. */
  crash(exit: Partial<ProcessExit> = { signal: "SIGKILL" }): void {
    const whole: ProcessExit = { exitCode: null, signal: null, stderrTail: "", ...exit };
    this.#exited ??= whole;
    this.#exit.resolve(whole);
    for (const execution of this.#running) {
      execution.end({ status: "lost", exitCode: whole.exitCode, signal: whole.signal });
    }
  }

  async stop(options: StopOptions = {}): Promise<StopReport> {
    this.stops.push(options);
    this.crash();
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
    this.#running.add(execution);
    void execution.ended.then(() => this.#running.delete(execution));
    mailbox.put(execution);
    const exit = this.#exited;
    if (exit !== null)
      execution.end({ status: "lost", exitCode: exit.exitCode, signal: exit.signal });
    return execution;
  }
}
