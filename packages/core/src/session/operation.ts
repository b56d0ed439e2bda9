import { randomUUID } from "node:crypto";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Worker } from "../worker/worker.ts";

/** An operation whatever it results in. */
export type AnyOperation = Pick<Operation<unknown>, "id" | "run" | "reject" | "error">;

/** Something that takes its turn among the executions of a session: a checkpoint, a fork, a look at the variables. */
export class Operation<T> {
  /** Of no execution's form, so that the two never meet in the queue. */
  readonly id = `operation:${randomUUID()}`;
  /** Settles with its result. */
  readonly ended: Promise<T>;
  readonly #what: string;
  readonly #sessionId: string;
  readonly #work: (worker: Worker) => Promise<T>;
  readonly #end = Promise.withResolvers<T>();

  /** @param what for messages: `fork`, `checkpoint` */
  constructor(sessionId: string, what: string, work: (worker: Worker) => Promise<T>) {
    this.#sessionId = sessionId;
    this.#what = what;
    this.#work = work;
    this.ended = this.#end.promise;
    this.ended.catch(() => {});
  }

  /** Does it. Settles when it has ended, however that was; the worker's end ends it. */
  async run(worker: Worker): Promise<void> {
    const lost = worker.exited.then(() =>
      Promise.reject(this.error("worker_lost", "its worker ended")),
    );
    lost.catch(() => {});
    try {
      this.#end.resolve(await Promise.race([this.#work(worker), lost]));
    } catch (error) {
      this.#end.reject(error);
    }
  }

  /** Ends it without a result; nothing happens when it has ended. */
  reject(error: unknown): void {
    this.#end.reject(error);
  }

  error(code: "worker_lost" | "cancelled" | "deadline_exceeded", why: string): HoldfastError {
    return new HoldfastError({
      code,
      message: `${this.#what} of session ${this.#sessionId}: ${why}`,
      details: { sessionId: this.#sessionId, operation: this.#what },
    });
  }
}
