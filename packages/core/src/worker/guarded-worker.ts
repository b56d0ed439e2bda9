import { HoldfastError } from "../errors/holdfast-error.ts";
import { awaitReady } from "./await-ready.ts";
import type { GuardedProcess } from "./guarded-process.ts";
import { heartbeatOf } from "./heartbeat.ts";
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
  /** Tells the process what to run. Called between executions only; {@link GuardedWorker.finish} is the answer. */
  readonly run: (request: WorkerRequest, output: OutputPaths) => void;
  /**
   * Passes on live input to an execution that was started with `allowInput` and runs.
   * @default none is taken: `input_not_expected`
   */
  readonly write?: (request: WorkerRequest, data: Uint8Array, close: boolean) => Promise<void>;
  /** The methods of further features. @default `ping`, which asks the kernel whether the process lives and is not stopped */
  readonly operations?: WorkerOperations;
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
  isSignalled: boolean;
  interrupting: NodeJS.Timeout | undefined;
}

// A signal that comes before the code has begun finds nothing to interrupt.
const interruptAgainMs = 20;

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
  readonly #options: GuardedWorkerOptions;
  readonly #process: GuardedProcess;
  readonly #lanes: OutputLanes;
  #foreground: Foreground | null = null;
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
      ready.then((version) => new GuardedWorker(options, version)),
      start,
    );
  }

  /** @throws the system's error when the process has ended, and its folder with it */
  private constructor(options: GuardedWorkerOptions, version: string) {
    const { process, start, features } = options;
    this.#options = options;
    this.#process = process;
    this.pid = process.pid;
    this.version = version;
    this.features = new Set(features);
    this.#lanes = new OutputLanes(process);
    this.#lanes.listenLate((...late) => start.onLateOutput?.(...late));
    process.channel?.once("close", () => void this.#endWithoutChannel());
    this.exited = this.#watch();
    const ping: WorkerOperations["ping"] = async () => heartbeatOf(process.pid);
    Object.assign(this, { ping, ...options.operations });
  }

  execute(request: WorkerRequest, onEvent: WorkerEventListener): WorkerExecution {
    const foreground: Foreground = {
      request,
      onEvent,
      end: Promise.withResolvers(),
      isSignalled: false,
      interrupting: undefined,
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
   * @returns whether it ran; for one that did not, nothing happens
   */
  finish(
    executionId: string,
    status: Exclude<WorkerOutcome["status"], "lost">,
    last: WorkerEvent | null = null,
  ): boolean {
    const foreground = this.#foreground;
    if (foreground?.request.executionId !== executionId) return false;
    this.#foreground = null;
    clearTimeout(foreground.interrupting);
    const isFree = this.#lanes.finish(executionId);
    if (last !== null) foreground.onEvent(last);
    this.#between = this.#prepareNext(isFree, foreground.isSignalled);
    foreground.end.resolve({ status, exitCode: null, signal: null });
    return true;
  }

  /** An interrupt has reached the code, which may go on for a while: it is not sent again. */
  interruptTaken(executionId: string): void {
    const foreground = this.#foreground;
    if (foreground?.request.executionId !== executionId) return;
    clearTimeout(foreground.interrupting);
    foreground.interrupting = undefined;
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
    onEvent({ type: "started", pid: this.pid });
    const { stdoutPath, stderrPath } = this.#lanes;
    this.#options.run(request, { stdoutPath, stderrPath });
  }

  #interrupt(foreground: Foreground): void {
    if (this.#foreground !== foreground) return;
    this.#process.signal("SIGINT");
    foreground.isSignalled = true;
    clearTimeout(foreground.interrupting);
    foreground.interrupting = setTimeout(() => {
      // What has come from the process meanwhile is read first.
      setImmediate(() => {
        if (foreground.interrupting !== undefined) this.#interrupt(foreground);
      });
    }, interruptAgainMs);
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
    clearTimeout(foreground.interrupting);
    foreground.end.resolve({ status: "lost", exitCode, signal });
  }
}
