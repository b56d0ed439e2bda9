import { randomUUID } from "node:crypto";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Worker } from "../worker/worker.ts";

/** An operation whatever it results in. */
export type AnyOperation = Pick<Operation<unknown>, "id" | "run" | "lose" | "reject" | "error">;

/** Something that takes its turn among the executions of a session: a checkpoint, a fork, a look at the variables. */
export class Operation<T> {
  /** Of no execution's form, so that the two never meet in the queue. */
  readonly id = `operation:${randomUUID()}`;
  /** Settles with its result. */
  readonly ended: Promise<T>;
  readonly #what: string;
  readonly #sessionId: string;
  readonly #work: (worker: Worker) => Promise<T>;
  readonly #discard: (result: T) => void;
  readonly #end = Promise.withResolvers<T>();
  readonly #lost = Promise.withResolvers<void>();
  #worker: Worker | null = null;
  #hasEnded = false;

  /**
   * @param what for messages: `fork`, `checkpoint`
   * @param discard takes a result that came when nobody waited for it any more
   */
  constructor(
    sessionId: string,
    what: string,
    work: (worker: Worker) => Promise<T>,
    discard: (result: T) => void = () => {},
  ) {
    this.#sessionId = sessionId;
    this.#what = what;
    this.#work = work;
    this.#discard = discard;
    this.ended = this.#end.promise;
    this.ended.catch(() => {});
  }

  /**
   * Does it. Settles when it has ended, however that was; {@link lose} ends it.
   * @returns whether the worker is lost, as far as what it did can tell
   */
  async run(worker: Worker): Promise<boolean> {
    this.#worker = worker;
    const done = this.#work(worker).then(
      (result) => {
        this.#resolve(result);
        return false;
      },
      (error: unknown) => {
        this.reject(error);
        return HoldfastError.is(error) && error.code === "worker_lost";
      },
    );
    return Promise.race([done, this.#lost.promise.then(() => true)]);
  }

  // Told, not waited for: what waits for the worker's end is kept until then, with the results of all operations.
  /** A worker has ended; nothing happens where it runs on another one. */
  lose(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.reject(this.error("worker_lost", "its worker ended"));
    this.#lost.resolve();
  }

  /** Ends it without a result; nothing happens when it has ended. */
  reject(error: unknown): void {
    this.#hasEnded = true;
    this.#end.reject(error);
  }

  #resolve(result: T): void {
    if (this.#hasEnded) return this.#discard(result);
    this.#hasEnded = true;
    this.#end.resolve(result);
  }

  error(code: "worker_lost" | "cancelled" | "deadline_exceeded", why: string): HoldfastError {
    return new HoldfastError({
      code,
      message: `${this.#what} of session ${this.#sessionId}: ${why}`,
      details: { sessionId: this.#sessionId, operation: this.#what },
    });
  }
}
