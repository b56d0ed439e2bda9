import {
  type Feature,
  HoldfastError,
  type Runtime,
  type RuntimeInfo,
  type WorkerStartOptions,
} from "@holdfast/core";
import { Mailbox } from "../wait/mailbox.ts";
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
  readonly #options: Required<FakeRuntimeOptions>;
  #nextPid = 1_000_000_000; // beyond what the kernel gives out, so that a stray signal hits nobody
  #failures: Error[] = [];

  constructor(options: FakeRuntimeOptions = {}) {
    this.#options = {
      name: "fake",
      features: [],
      startsAtOnce: true,
      heedsAbort: true,
      stopsAtOnce: true,
      hasHeartbeats: false,
      ...options,
    };
    this.name = this.#options.name;
    this.features = this.#options.features;
  }

  /** Makes the next start fail, and one more for each further call. */
  failNextStart(error: Error): void {
    this.#failures.push(error);
  }

  async inspect(): Promise<RuntimeInfo> {
    const { name, features } = this;
    return { name, isAvailable: true, version: "1", executable: "/dev/null", features };
  }

  /** A start that waits for the test fails at its `startTimeoutMs`, as a worker's that does not get ready. */
  async start(options: WorkerStartOptions): Promise<FakeWorker> {
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    if (this.#options.startsAtOnce) return this.#bringUp(options);
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

  #bringUp(options: WorkerStartOptions): FakeWorker {
    const worker = new FakeWorker({
      pid: this.#nextPid++,
      features: this.features,
      start: options,
      stopsAtOnce: this.#options.stopsAtOnce,
      hasHeartbeats: this.#options.hasHeartbeats,
    });
    this.workers.put(worker);
    return worker;
  }
}
