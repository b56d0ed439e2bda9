import type { IncomingMessage, ServerResponse } from "node:http";
import { HoldfastError } from "@holdfast/core";

const health = new Set(["/healthz", "/readyz"]);

/** Bounds the requests that are being answered at a time; health is answered whatever else is. */
export class RequestLimit {
  readonly #max: number;
  #open = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether there is room for one more, which is counted until it is answered. */
  admit({ url }: IncomingMessage, response: ServerResponse): boolean {
    if (health.has(url ?? "")) return true;
    if (this.#open >= this.#max) return false;
    response.once("close", this.enter());
    return true;
  }

  /** Counts one more until the answered function is called. @throws HoldfastError `overloaded` */
  enter(): () => void {
    if (this.#open >= this.#max) throw this.refusal();
    this.#open++;
    let isOpen = true;
    return () => {
      if (isOpen) this.#open--;
      isOpen = false;
    };
  }

  refusal(): HoldfastError {
    return new HoldfastError({
      code: "overloaded",
      message: `request: ${this.#max} are being answered, and no more are taken`,
      details: { limit: this.#max },
    });
  }
}
