import { debug } from "../telemetry/debug-log.ts";
import type { ProcessRoot } from "../telemetry/session-processes.ts";
import type { BackgroundExecution, Worker, WorkerEvent, WorkerOutcome } from "../worker/worker.ts";
import type { Execution } from "./execution.ts";
import { NamedTimers } from "./named-timers.ts";
import { unsupported } from "./session-errors.ts";
import type { ResolvedSessionOptions } from "./session-options.ts";

/** What is needed of the session whose executions they are. */
export interface BackgroundOwner {
  readonly sessionId: string;
  readonly runtimeName: string;
  /** As they are at the moment. */
  readonly options: () => ResolvedSessionOptions;
  /** @throws what its start failed with */
  readonly readyWorker: () => Promise<Worker>;
  /** Something was done or written. */
  readonly touch: () => void;
}

/** One that has no process yet. */
interface Start {
  /** Settles when it has one, or does not get one. Never rejects. */
  readonly settled: Promise<unknown>;
  /** What the worker was asked for. */
  running: Promise<BackgroundExecution> | null;
}

/** What runs beside the foreground of a session. */
export class BackgroundExecutions {
  readonly #owner: BackgroundOwner;
  readonly #running = new Map<string, BackgroundExecution>();
  readonly #starts = new Map<string, Start>();
  readonly #deadlines = new NamedTimers();
  /** Those whose deadline has passed. */
  readonly #timedOut = new Set<string>();

  constructor(owner: BackgroundOwner) {
    this.#owner = owner;
  }

  /** How many run or start. */
  get count(): number {
    return this.#running.size + this.#starts.size;
  }

  /** Where the process tree of each begins. */
  get roots(): readonly ProcessRoot[] {
    return [...this.#running].map(([executionId, { pid }]) => ({
      pid,
      executionId,
      isExecution: true,
    }));
  }

  /**
   * Starts one; it has a process when this settles. An interrupt or a kill that comes earlier waits for that.
   * @throws HoldfastError `feature_unsupported`, `worker_lost`, and what the start of the worker failed with
   */
  async start(execution: Execution): Promise<void> {
    const settled = Promise.withResolvers<void>();
    const start: Start = { settled: settled.promise, running: null };
    this.#starts.set(execution.id, start);
    try {
      await this.#startOn(await this.#owner.readyWorker(), execution, start);
    } finally {
      this.#starts.delete(execution.id);
      settled.resolve();
    }
  }

  /** Answers whether it is one of these. */
  interrupt(executionId: string): boolean {
    const start = this.#starts.get(executionId);
    const running = this.#running.get(executionId);
    if (start !== undefined)
      void start.settled.then(() => this.#running.get(executionId)?.interrupt());
    else running?.interrupt();
    return start !== undefined || running !== undefined;
  }

  /** Answers whether it is one of these and has got a process; SIGKILL waits until nothing of that is left. */
  async kill(executionId: string, signal: NodeJS.Signals): Promise<boolean> {
    await this.#starts.get(executionId)?.settled;
    const running = this.#running.get(executionId);
    if (signal === "SIGKILL") await running?.stop();
    else running?.kill(signal);
    return running !== undefined;
  }

  /** Ends all of them, those too that have no process yet. */
  stop(): Promise<unknown>[] {
    const stopping: Promise<unknown>[] = [...this.#running.values()].map((one) => one.stop());
    for (const { running } of this.#starts.values()) {
      if (running !== null)
        stopping.push(
          running.then(
            (one) => one.stop(),
            () => {}, // told to who started it
          ),
        );
    }
    return stopping;
  }

  async #startOn(worker: Worker, execution: Execution, start: Start): Promise<void> {
    const { sessionId, runtimeName, options, touch } = this.#owner;
    if (worker.executeInBackground === undefined)
      throw unsupported(sessionId, runtimeName, "background execution", "background");
    execution.start();
    const early: WorkerEvent[] = [];
    let isAttached = false;
    start.running = worker.executeInBackground(execution.request, (event) => {
      touch();
      if (isAttached) execution.happen(event);
      else early.push("bytes" in event ? { ...event, bytes: Buffer.from(event.bytes) } : event);
    });
    const running = await start.running;
    this.#starts.delete(execution.id);
    this.#running.set(execution.id, running);
    this.#log("background added", execution.id, running.pid);
    execution.attach(running);
    isAttached = true;
    for (const event of early) execution.happen(event);
    if (execution.timeoutMs !== null) {
      this.#deadlines.set(execution.id, execution.timeoutMs, () => {
        this.#timedOut.add(execution.id);
        void running.stop(options());
      });
    }
    void running.ended.then((outcome) => this.#ended(execution, outcome));
  }

  #ended(execution: Execution, { status, exitCode, signal }: WorkerOutcome): void {
    this.#deadlines.clear(execution.id);
    this.#running.delete(execution.id);
    this.#log("background removed", execution.id);
    const isTimeout = this.#timedOut.delete(execution.id);
    execution.finish({
      status: isTimeout ? "timeout" : status,
      exitCode,
      signal,
      sessionState: "kept",
    });
    this.#owner.touch();
  }

  #log(what: string, executionId: string, pid?: number): void {
    const total = this.#running.size;
    debug.session?.(what, { sessionId: this.#owner.sessionId, executionId, pid, total });
  }
}
