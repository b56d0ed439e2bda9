import {
  HoldfastError,
  type ProcessExit,
  type StopOptions,
  type StopReport,
  type WarmWorker,
  type WorkerStartOptions,
} from "@holdfast/core";
import type { FakeWorker } from "./fake-worker.ts";

/** What a {@link FakeWarmWorker} is made of. */
export interface FakeWarmWorkerOptions {
  readonly pid: number;
  readonly suits: (options: WorkerStartOptions) => boolean;
  readonly bringUp: (options: WorkerStartOptions) => FakeWorker;
}

/** A worker without a process that waits for its session. */
export class FakeWarmWorker implements WarmWorker {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** What it became, `null` as long as nobody has it. */
  worker: FakeWorker | null = null;
  /** Whether {@link assign} never answers, as that of a stopped process, until its signal aborts. @default false */
  isStuck = false;
  readonly #options: FakeWarmWorkerOptions;
  readonly #exit = Promise.withResolvers<ProcessExit>();
  #hasEnded = false;

  constructor(options: FakeWarmWorkerOptions) {
    this.pid = options.pid;
    this.exited = this.#exit.promise;
    this.#options = options;
  }

  /** Whether it was stopped, or has crashed. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  suits(options: WorkerStartOptions): boolean {
    return this.#options.suits(options);
  }

  async assign(options: WorkerStartOptions): Promise<FakeWorker> {
    if (this.isStuck) await aborted(options.signal);
    if (this.#hasEnded || this.isStuck) {
      this.crash();
      throw new HoldfastError({
        code: "worker_start_failed",
        message: `worker of session ${options.sessionId}: the warm one has ended`,
        details: { sessionId: options.sessionId },
      });
    }
    const worker = this.#options.bringUp(options);
    this.worker = worker;
    void worker.exited.then((exit) => this.#exit.resolve(exit));
    return worker;
  }

  /** Ends it as a crash does; `exited` settles. @default signal `SIGKILL` */
  crash(exit: Partial<ProcessExit> = { signal: "SIGKILL" }): void {
    this.die();
    this.#exit.resolve({ exitCode: null, signal: null, stderrTail: "", ...exit });
  }

  /** Ends it in such a way that nobody has been told yet. */
  die(): void {
    this.#hasEnded = true;
  }

  async stop(_options?: StopOptions): Promise<StopReport> {
    this.crash();
    return { step: "kill", exit: await this.exited, killedProcesses: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal?.aborted === true) resolve();
  signal?.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}
