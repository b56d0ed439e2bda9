import {
  type Feature,
  HoldfastError,
  type Runtime,
  type RuntimeInfo,
  type WarmOptions,
  type WorkerStartOptions,
  within,
} from "@holdfast/core";
import { Mailbox } from "../wait/mailbox.ts";
import { FakeWarmWorker } from "./fake-warm-worker.ts";
import { FakeWorker } from "./fake-worker.ts";

/** What a {@link FakeRuntime} pretends. */
export interface FakeRuntimeOptions {
  /** @default "fake" */
  readonly name?: string;
  /** @default none */
  readonly features?: readonly Feature[];
  /** Whether a worker is ready at once; else each start waits for {@link FakeStart.ready}. @default true */
  readonly startsAtOnce?: boolean;
  /** Whether a start that waits ends when its signal aborts, as it should; else it may still come up. @default true */
  readonly heedsAbort?: boolean;
  /** Whether its workers can be asked for heartbeats. @default false */
  readonly hasHeartbeats?: boolean;
  /** Whether a worker ends when it is told to; else the test ends it with {@link FakeWorker.crash}. @default true */
  readonly stopsAtOnce?: boolean;
  /** Whether it has warm workers. @default false */
  readonly canWarm?: boolean;
  /** How long a start takes, warm ones too, when nothing else is said. @default 0: no time */
  readonly startMs?: number;
  /** Whether a warm worker can become that of such a session. @default any */
  readonly suits?: (options: WorkerStartOptions) => boolean;
}

/** A start that waits for the test. */
export interface FakeStart {
  readonly options: WorkerStartOptions;
  /** Brings the worker up. */
  ready(): FakeWorker;
  /** Makes the start fail. */
  fail(error: Error): void;
}

/** A runtime without processes: the test says when workers come up, what executions tell and how they end. */
export class FakeRuntime implements Runtime {
  readonly name: string;
  readonly features: readonly Feature[];
  /** Workers in the order in which they came up. */
  readonly workers = new Mailbox<FakeWorker>();
  /** Starts that wait for the test, when `startsAtOnce` is false. */
  readonly starts = new Mailbox<FakeStart>();
  /** Warm workers in the order in which they came up. */
  readonly warmWorkers = new Mailbox<FakeWarmWorker>();
  /** Absent when `canWarm` is false. */
  readonly warm?: (options: WarmOptions) => Promise<FakeWarmWorker>;
  /** Starts of either kind that are under way, and the most there were at a time. */
  starting = 0;
  mostStarting = 0;
  readonly #options: Required<FakeRuntimeOptions>;
  #nextPid = 1_000_000_000; // beyond what the kernel gives out, so that a stray signal hits nobody
  #failures: Error[] = [];
  #warmFailures: Error[] = [];

  constructor(options: FakeRuntimeOptions = {}) {
    this.#options = {
      name: "fake",
      features: [],
      startsAtOnce: true,
      heedsAbort: true,
      stopsAtOnce: true,
      hasHeartbeats: false,
      canWarm: false,
      startMs: 0,
      suits: () => true,
      ...options,
    };
    this.name = this.#options.name;
    this.features = this.#options.features;
    if (this.#options.canWarm) this.warm = (warm) => this.#timed(() => this.#warm(warm));
  }

  /** Makes the next start fail, and one more for each further call. */
  failNextStart(error: Error): void {
    this.#failures.push(error);
  }

  /** Makes the next warm start fail, and one more for each further call. */
  failNextWarm(error: Error): void {
    this.#warmFailures.push(error);
  }

  async inspect(): Promise<RuntimeInfo> {
    const { name, features } = this;
    return { name, isAvailable: true, version: "1", executable: "/dev/null", features };
  }

  /** A start that waits for the test fails at its `startTimeoutMs`, as a worker's that does not get ready. */
  start(options: WorkerStartOptions): Promise<FakeWorker> {
    return this.#timed(() => this.#start(options));
  }

  async #start(options: WorkerStartOptions): Promise<FakeWorker> {
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    if (this.#options.startsAtOnce) {
      await this.#pass(options.signal);
      return this.#bringUp(options);
    }
    const { promise, resolve, reject } = Promise.withResolvers<FakeWorker>();
    const fail = (code: "cancelled" | "worker_start_failed", why: string) =>
      reject(new HoldfastError({ code, message: `start of ${this.name}: ${why}` }));
    const { startTimeoutMs, signal } = options;
    const deadline = setTimeout(
      () => fail("worker_start_failed", `not ready within ${startTimeoutMs} ms`),
      startTimeoutMs,
    );
    const cancel = () => fail("cancelled", "cancelled");
    if (this.#options.heedsAbort) {
      if (signal?.aborted) cancel();
      signal?.addEventListener("abort", cancel, { once: true });
    }
    this.starts.put({
      options,
      ready: () => {
        const worker = this.#bringUp(options);
        resolve(worker);
        return worker;
      },
      fail: reject,
    });
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener("abort", cancel);
    }
  }

  async #warm({ signal }: WarmOptions): Promise<FakeWarmWorker> {
    const failure = this.#warmFailures.shift();
    if (failure !== undefined) throw failure;
    await this.#pass(signal);
    const pid = this.#nextPid++;
    const warm = new FakeWarmWorker({
      pid,
      suits: this.#options.suits,
      bringUp: (options) => this.#bringUp(options, pid),
    });
    this.warmWorkers.put(warm);
    return warm;
  }

  async #timed<T>(start: () => Promise<T>): Promise<T> {
    this.mostStarting = Math.max(this.mostStarting, ++this.starting);
    try {
      return await start();
    } finally {
      this.starting--;
    }
  }

  /** Lets `startMs` pass. */
  async #pass(signal: AbortSignal | undefined): Promise<void> {
    const { startMs, heedsAbort } = this.#options;
    if (startMs === 0) return;
    await within(new Promise((done) => setTimeout(done, startMs)), {
      timeoutMs: null,
      what: `start of ${this.name}`,
      ...(signal !== undefined && heedsAbort ? { signal } : {}),
    });
  }

  #bringUp(options: WorkerStartOptions, pid = this.#nextPid++): FakeWorker {
    const worker = new FakeWorker({
      pid,
      features: this.features,
      start: options,
      stopsAtOnce: this.#options.stopsAtOnce,
      hasHeartbeats: this.#options.hasHeartbeats,
    });
    this.workers.put(worker);
    return worker;
  }
}
