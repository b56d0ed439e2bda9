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
  readonly #startsAtOnce: boolean;
  #nextPid = 1_000_000_000; // beyond what the kernel gives out, so that a stray signal hits nobody
  #failures: Error[] = [];

  constructor({ name = "fake", features = [], startsAtOnce = true }: FakeRuntimeOptions = {}) {
    this.name = name;
    this.features = features;
    this.#startsAtOnce = startsAtOnce;
  }

  /** Makes the next start fail, and one more for each further call. */
  failNextStart(error: Error): void {
    this.#failures.push(error);
  }

  async inspect(): Promise<RuntimeInfo> {
    const { name, features } = this;
    return { name, isAvailable: true, version: "1", executable: "/dev/null", features };
  }

  async start(options: WorkerStartOptions): Promise<FakeWorker> {
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    if (this.#startsAtOnce) return this.#bringUp(options);
    const { promise, resolve, reject } = Promise.withResolvers<FakeWorker>();
    options.signal?.addEventListener(
      "abort",
      () =>
        reject(
          new HoldfastError({ code: "cancelled", message: `start of ${this.name}: cancelled` }),
        ),
      { once: true },
    );
    this.starts.put({
      options,
      ready: () => {
        const worker = this.#bringUp(options);
        resolve(worker);
        return worker;
      },
      fail: reject,
    });
    return promise;
  }

  #bringUp(options: WorkerStartOptions): FakeWorker {
    const worker = new FakeWorker({
      pid: this.#nextPid++,
      features: this.features,
      start: options,
    });
    this.workers.put(worker);
    return worker;
  }
}
