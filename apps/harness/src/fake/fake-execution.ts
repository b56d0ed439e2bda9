import {
  type BackgroundExecution,
  HoldfastError,
  type StopOptions,
  type StopReport,
  type WorkerEvent,
  type WorkerEventListener,
  type WorkerOutcome,
  type WorkerRequest,
} from "@holdfast/core";

/** What a {@link FakeExecution} is made of. */
export interface FakeExecutionOptions {
  readonly pid: number;
  readonly request: WorkerRequest;
  readonly onEvent: WorkerEventListener;
}

/** An execution that does what the test says. It records what was asked of it. */
export class FakeExecution implements BackgroundExecution {
  readonly pid: number;
  readonly request: WorkerRequest;
  readonly ended: Promise<WorkerOutcome>;
  /** How often an interrupt came. It does nothing by itself: end the execution, or let the grace pass. */
  interrupts = 0;
  /** Whether reading is paused at the moment. */
  isPaused = false;
  /** Whether input is taken; what is written while it is not waits for the end, and is refused then. @default true */
  takesInput = true;
  /** Signals that came, in order. */
  readonly signals: NodeJS.Signals[] = [];
  /** What was written to it, in order. */
  readonly written: { readonly data: Uint8Array; readonly close: boolean }[] = [];
  /** What each call of {@link stop} asked for. */
  readonly stops: StopOptions[] = [];
  #hasEnded = false;
  readonly #onEvent: WorkerEventListener;
  readonly #end = Promise.withResolvers<WorkerOutcome>();

  constructor({ pid, request, onEvent }: FakeExecutionOptions) {
    this.pid = pid;
    this.request = request;
    this.ended = this.#end.promise;
    this.#onEvent = onEvent;
  }

  /** Tells an event. */
  tell(event: WorkerEvent): void {
    this.#onEvent(event);
  }

  /** Tells output; text goes as UTF-8. */
  print(text: string | Uint8Array, stream: "stdout" | "stderr" = "stdout"): void {
    this.tell({ type: stream, bytes: Buffer.from(text) });
  }

  /** Whether it was ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Ends it; only the first end counts. @default status `ok`, exit code 0 */
  end(outcome: Partial<WorkerOutcome> = {}): void {
    this.#hasEnded = true;
    this.#end.resolve({
      status: "ok",
      exitCode: outcome.signal === undefined ? 0 : null,
      signal: null,
      ...outcome,
    });
  }

  interrupt(): void {
    this.interrupts++;
  }

  /** @throws HoldfastError `input_not_expected` as a worker's: without `allowInput`, and when it has ended */
  async write(
    data: Uint8Array,
    { close = false }: { readonly close?: boolean } = {},
  ): Promise<void> {
    const { executionId, allowInput } = this.request;
    if (allowInput && !this.takesInput) await this.ended;
    if (!allowInput || this.#hasEnded) {
      throw new HoldfastError({
        code: "input_not_expected",
        message: `input to execution ${executionId}: ${allowInput ? "it has ended" : "it was not started with allowInput"}`,
        details: { executionId },
      });
    }
    this.written.push({ data: Buffer.from(data), close });
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  kill(signal: NodeJS.Signals): void {
    this.signals.push(signal);
  }

  async stop(options: StopOptions = {}): Promise<StopReport> {
    this.stops.push(options);
    this.end({ status: "lost", exitCode: null, signal: "SIGKILL" });
    const { exitCode, signal } = await this.ended;
    return { step: "kill", exit: { exitCode, signal, stderrTail: "" }, killedProcesses: 0 };
  }
}
