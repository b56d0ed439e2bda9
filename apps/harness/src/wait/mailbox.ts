import { HoldfastError, within } from "@holdfast/core";
import { describeItems } from "./describe-items.ts";

/** Things that arrive in an order and are waited for: no polling, nothing missed. */
export class Mailbox<T> {
  /** All that ever arrived, in order, taken or not. */
  readonly all: T[] = [];
  #taken = 0;
  readonly #waiters: ((item: T) => void)[] = [];

  /** Adds one; the oldest waiter gets it. */
  put(item: T): void {
    this.all.push(item);
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return;
    this.#taken++;
    waiter(item);
  }

  /**
   * The oldest one that nobody took, when it is there.
   * @param options `timeoutMs` until the wait is given up. @default 5_000
   * @throws HoldfastError `deadline_exceeded`, with the last that came, taken or not
   */
  async take({ timeoutMs = 5_000 }: { readonly timeoutMs?: number } = {}): Promise<T> {
    const waiting = this.all[this.#taken];
    if (this.#taken < this.all.length) {
      this.#taken++;
      return waiting as T;
    }
    const { promise, resolve } = Promise.withResolvers<T>();
    this.#waiters.push(resolve);
    try {
      return await within(promise, { timeoutMs, what: "the next item of a mailbox" });
    } catch (cause) {
      throw new HoldfastError({
        code: "deadline_exceeded",
        message: `the next item of a mailbox: not within ${timeoutMs} ms; ${describeItems(this.all)}`,
        details: { timeoutMs, count: this.all.length },
        cause,
      });
    } finally {
      const index = this.#waiters.indexOf(resolve);
      if (index !== -1) this.#waiters.splice(index, 1);
    }
  }
}
