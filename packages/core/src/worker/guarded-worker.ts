import { HoldfastError } from "../errors/holdfast-error.ts";
import { awaitReady } from "./await-ready.ts";
import type { GuardedProcess } from "./guarded-process.ts";
import { type Heartbeat, heartbeatOf } from "./heartbeat.ts";
import { OutputLanes } from "./output-lanes.ts";
import type { ProcessExit } from "./process-exit.ts";
import type { StopOptions, StopReport } from "./stop-ladder.ts";
import type {
  Feature,
  Worker,
  WorkerEvent,
  WorkerEventListener,
  WorkerExecution,
  WorkerOutcome,
  WorkerRequest,
  WorkerStartOptions,
} from "./worker.ts";

/** Where an execution writes its output: FIFOs, which the process opens for writing and lets go of at the end. */
export interface OutputPaths {
  readonly stdoutPath: string;
  readonly stderrPath: string;
}

/** What a {@link GuardedWorker} is made of. */
export interface GuardedWorkerOptions {
  /** Started with `fifos: OutputLanes.fifos`. The worker owns it, and its channel, from now on. */
  readonly process: GuardedProcess;
  readonly start: WorkerStartOptions;
  /** Settles when the process is up, such as with its first message, and with the version of its language. */
  readonly ready: Promise<string>;
  readonly features: readonly Feature[];
  /**
   * Tells the process what to run. Called between executions only; {@link GuardedWorker.finish} is the answer, and comes
   * when the call has returned.
   */
  readonly run: (request: WorkerRequest, output: OutputPaths) => void;
  /**
   * Passes on live input to an execution that was started with `allowInput` and runs.
   * @default none is taken: `input_not_expected`
   */
  readonly write?: (request: WorkerRequest, data: Uint8Array, close: boolean) => Promise<void>;
  /** Brings an interrupt to code that runs, again and again until that has ended. @default SIGINT, every 20 ms */
  readonly interrupt?: (attempt: InterruptAttempt) => InterruptBrought;
  /** The methods of further features. @default none but `ping`, which asks the kernel whether it lives and is not stopped */
  readonly operations?: WorkerOperations;
}

/** One try to bring an interrupt to code that runs. */
export interface InterruptAttempt {
  readonly request: WorkerRequest;
  /** Which execution of the worker it is, counted from 1. */
  readonly number: number;
  readonly isFirst: boolean;
  /** Since the first one, in milliseconds. */
  readonly sinceMs: number;
  /** Whether one of those before sent a signal. */
  readonly isSignalled: boolean;
}

/** What became of an {@link InterruptAttempt}. */
export interface InterruptBrought {
  /** When to try again, in milliseconds, should the code not have ended by then. */
  readonly againMs: number;
  /** Whether it sent a signal: the next execution waits until that has come. */
  readonly isSignalled: boolean;
}

/** A process that is up. */
export interface Opened {
  readonly version: string;
  /** Its output, opened. */
  readonly lanes: OutputLanes;
}

/** What a {@link Worker} can do beside executing, as its features name it. */
export type WorkerOperations = Pick<
  Worker,
  | "executeInBackground"
  | "checkpoint"
  | "restore"
  | "fork"
  | "variables"
  | "setVariable"
  | "deleteVariables"
  | "modules"
  | "complete"
  | "inspect"
  | "ping"
>;

interface Foreground {
  readonly request: WorkerRequest;
  readonly onEvent: WorkerEventListener;
  readonly end: PromiseWithResolvers<WorkerOutcome>;
  /** Which execution of the worker it is, counted from 1; 0 before the process was told. */
  number: number;
  isSignalled: boolean;
  /** From its interrupt until that was taken. */
  interrupting: Interrupting | null;
}

interface Interrupting {
  /** Of the first try, in milliseconds; `null` before it. */
  since: number | null;
  again: NodeJS.Timeout | undefined;
}

// A signal that comes before the code has begun finds nothing to interrupt.
const signalAgainMs = 20;

// Between the end of the channel and that of its process; the kernel takes 1 ms.
const channelGraceMs = 50;

/**
 * A worker that is one process, which reads what to run, writes to FIFOs, is interrupted by SIGINT and says when it is done:
 * what an adapter has to tell it is `run`, and what it hears from the process are {@link tell} and {@link finish}. All else
 * that a {@link Worker} promises is here: output exact and in front of the end, late output, one end, no interrupt that
 * reaches another execution, nothing left behind.
 */
export class GuardedWorker implements Worker {
  readonly pid: number;
  readonly version: string;
  readonly features: ReadonlySet<Feature>;
  readonly exited: Promise<ProcessExit>;
  readonly #options: Omit<GuardedWorkerOptions, "ready">;
  readonly #process: GuardedProcess;
  readonly #lanes: OutputLanes;
  #foreground: Foreground | null = null;
  #executions = 0;
  #exit: ProcessExit | null = null;
  /** Settles when nothing of the last execution can touch the next one. */
  #between: Promise<unknown> = Promise.resolve();

  /**
   * Waits until the process is up, and makes a worker of it. Should it not come up, because it ends before, takes longer than
   * `startTimeoutMs`, or is not wanted any more, nothing of it is left.
   * @throws HoldfastError `worker_start_failed`, with the end of what the process wrote to its standard error when it ended;
   *   `cancelled`
   */
  static open(options: GuardedWorkerOptions): Promise<GuardedWorker> {
    const { process, start, ready } = options;
    return awaitReady(
      process,
      ready.then(
        (version) => new GuardedWorker(options, { version, lanes: new OutputLanes(process) }),
      ),
      start,
    );
  }

  /** For a process that is up. */
  protected constructor(options: Omit<GuardedWorkerOptions, "ready">, { version, lanes }: Opened) {
    const { process, start, features, operations } = options;
    this.#options = options;
    this.#process = process;
    this.pid = process.pid;
    this.version = version;
    this.features = new Set(features);
    this.#lanes = lanes;
    this.#lanes.listenLate((...late) => start.onLateOutput?.(...late));
    if (process.channel?.destroyed === true) void this.#endWithoutChannel();
    else process.channel?.once("close", () => void this.#endWithoutChannel());
    this.exited = this.#watch();
    Object.assign(this, operations);
  }

  /** Whether an execution runs, or is about to. */
  get isExecuting(): boolean {
    return this.#foreground !== null;
  }

  execute(request: WorkerRequest, onEvent: WorkerEventListener): WorkerExecution {
    const foreground: Foreground = {
      request,
      onEvent,
      end: Promise.withResolvers(),
      number: 0,
      isSignalled: false,
      interrupting: null,
    };
    this.#foreground = foreground;
    void this.#between.then(() => this.#run(foreground));
    return {
      ended: foreground.end.promise,
      interrupt: () => this.#interrupt(foreground),
      write: (data, { close = false } = {}) => this.#write(foreground, data, close),
      pause: () => this.#foreground === foreground && this.#lanes.pause(),
      resume: () => this.#foreground === foreground && this.#lanes.resume(),
    };
  }

  /**
   * Tells an event of an execution, behind what the execution has written until now.
   * @returns whether it runs; of one that does not, nothing is told
   */
  tell(executionId: string, event: WorkerEvent): boolean {
    const foreground = this.#foreground;
    if (foreground?.request.executionId !== executionId) return false;
    this.#lanes.drain();
    foreground.onEvent(event);
    return true;
  }

  /**
   * Ends an execution; the process has let go of its output by then.
   * @param last is told behind all output: the result, or the error
   * @param options `keepsOutput` when it has not let go of it, for the next one to write to. @default false
   * @returns whether it ran; for one that did not, nothing happens
   */
  finish(
    executionId: string,
    status: Exclude<WorkerOutcome["status"], "lost">,
    last: WorkerEvent | null = null,
    { keepsOutput = false }: { readonly keepsOutput?: boolean } = {},
  ): boolean {
    const foreground = this.#foreground;
    if (foreground?.request.executionId !== executionId) return false;
    this.#foreground = null;
    clearTimeout(foreground.interrupting?.again);
    if (keepsOutput) this.#lanes.keep();
    const isFree = keepsOutput || this.#lanes.finish(executionId);
    if (!isFree || foreground.isSignalled)
      this.#between = this.#prepareNext(isFree, foreground.isSignalled);
    if (last !== null) foreground.onEvent(last);
    foreground.end.resolve({ status, exitCode: null, signal: null });
    return true;
  }

  /** An interrupt has reached the code, which may go on for a while: it is not sent again. */
  interruptTaken(executionId: string): void {
    const foreground = this.#foreground;
    if (foreground?.request.executionId !== executionId) return;
    clearTimeout(foreground.interrupting?.again);
    foreground.interrupting = null;
  }

  async ping(): Promise<Heartbeat> {
    return heartbeatOf(this.pid);
  }

  async stop(options?: StopOptions): Promise<StopReport> {
    const report = await this.#process.stop(options);
    await this.exited;
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #run(foreground: Foreground): void {
    if (this.#foreground !== foreground) return;
    if (this.#exit !== null) return this.#lose(foreground, this.#exit);
    const { request, onEvent } = foreground;
    this.#lanes.listen((stream, bytes) => onEvent({ type: stream, bytes }));
    const { stdoutPath, stderrPath } = this.#lanes;
    foreground.number = ++this.#executions;
    this.#options.run(request, { stdoutPath, stderrPath });
    onEvent({ type: "started", pid: this.pid });
    this.#bringInterrupt(foreground);
  }

  #interrupt(foreground: Foreground): void {
    if (this.#foreground !== foreground || foreground.interrupting !== null) return;
    foreground.interrupting = { since: null, again: undefined };
    this.#bringInterrupt(foreground);
  }

  #bringInterrupt(foreground: Foreground): void {
    const { request, number, isSignalled, interrupting } = foreground;
    if (this.#foreground !== foreground || number === 0 || interrupting === null) return;
    const isFirst = interrupting.since === null;
    interrupting.since ??= performance.now();
    const sinceMs = performance.now() - interrupting.since;
    const { interrupt = () => this.#signalInterrupt() } = this.#options;
    const brought = interrupt({ request, number, isFirst, sinceMs, isSignalled });
    foreground.isSignalled ||= brought.isSignalled;
    interrupting.again = setTimeout(() => {
      // What has come from the process meanwhile is read first.
      setImmediate(() => {
        if (foreground.interrupting === interrupting) this.#bringInterrupt(foreground);
      });
    }, brought.againMs);
  }

  #signalInterrupt(): InterruptBrought {
    this.#process.signal("SIGINT");
    return { againMs: signalAgainMs, isSignalled: true };
  }

  async #write(foreground: Foreground, data: Uint8Array, close: boolean): Promise<void> {
    const { executionId, allowInput } = foreground.request;
    const why =
      this.#foreground !== foreground
        ? "it has ended"
        : allowInput
          ? null
          : "it was not started with allowInput";
    const { write } = this.#options;
    if (why === null && write !== undefined) return write(foreground.request, data, close);
    throw new HoldfastError({
      code: "input_not_expected",
      message: `input to execution ${executionId}: ${why ?? "its runtime takes none while it runs"}`,
      details: { executionId },
    });
  }

  async #prepareNext(isFree: boolean, isSignalled: boolean): Promise<void> {
    try {
      // Between executions a signal does nothing: what is on its way has come before the next one runs.
      await Promise.all([isSignalled && this.#process.barrier(), isFree || this.#lanes.renew()]);
    } catch {
      await this.#process.stop(); // it has ended already, or there is no descriptor for its output
    }
  }

  /** The channel closes with the process's end, a moment before that is known; a process that goes on without it is ended. */
  async #endWithoutChannel(): Promise<void> {
    const timer = setTimeout(() => void this.#process.stop(), channelGraceMs);
    await this.#process.ended;
    clearTimeout(timer);
  }

  async #watch(): Promise<ProcessExit> {
    const exit = await this.#process.ended;
    await new Promise((done) => setImmediate(done)); // what it said last may lie in the channel still
    this.#exit = exit;
    this.#lanes.drain();
    if (this.#foreground !== null) this.#lose(this.#foreground, exit);
    await this.#process.gone;
    this.#lanes.close();
    this.#process.channel?.destroy();
    return exit;
  }

  #lose(foreground: Foreground, { exitCode, signal }: ProcessExit): void {
    this.#foreground = null;
    clearTimeout(foreground.interrupting?.again);
    foreground.end.resolve({ status: "lost", exitCode, signal });
  }
}
