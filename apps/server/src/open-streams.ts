import { HoldfastError } from "@holdfast/core";

/** How many connections stay open for events and messages. */
export class OpenStreams {
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws HoldfastError `too_many_streams` when no more may be opened */
  refuseExcess(): void {
    if (this.#count < this.#limit) return;
    throw new HoldfastError({
      code: "too_many_streams",
      message: `stream: ${this.#count} are open, the most that are allowed`,
      details: { limit: this.#limit },
    });
  }

  /** Counts one until the answered function is called. */
  enter(): () => void {
    this.#count++;
    let isOpen = true;
    return () => {
      if (isOpen) this.#count--;
      isOpen = false;
    };
  }
}
