import type { Bindings } from "../namespace/bindings.ts";
import type { Resource } from "./cell.ts";

interface Failure {
  readonly error: unknown;
}

type Dispose = (this: unknown) => unknown;

/**
 * What the `using` declarations of a cell have taken: disposed of at the end of the cell, the last first. Their names end with
 * it, as the names of a block do.
 */
export class Disposal {
  readonly #bindings: Bindings;
  readonly #taken: { readonly value: unknown; readonly dispose: Dispose }[] = [];
  readonly #names: string[] = [];

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  /** @throws TypeError for a value that cannot be disposed of */
  take(resources: readonly Resource[]): void {
    for (const { name, isAsync } of resources) {
      const value = this.#bindings.get(name);
      this.#names.push(name);
      if (value === null || value === undefined) continue;
      const holder = value as Record<symbol, unknown>;
      const dispose = (isAsync ? holder[Symbol.asyncDispose] : null) ?? holder[Symbol.dispose];
      if (typeof dispose !== "function")
        throw new TypeError(`The value of ${name} is not disposable`);
      this.#taken.push({ value, dispose: dispose as Dispose });
    }
  }

  /** What the cell ends with, if it ends with a failure. */
  async dispose(before: Failure | null): Promise<Failure | null> {
    let failure = before;
    for (const { value, dispose } of this.#taken.toReversed()) {
      try {
        await dispose.call(value);
      } catch (error) {
        failure = { error: failure === null ? error : suppressed(error, failure.error) };
      }
    }
    for (const name of this.#names) this.#bindings.delete(name);
    return failure;
  }
}

function suppressed(error: unknown, earlier: unknown): unknown {
  const { SuppressedError: Suppressed } = globalThis as {
    SuppressedError?: new (error: unknown, suppressed: unknown) => unknown;
  };
  return Suppressed ? new Suppressed(error, earlier) : error; // Node 22 has none
}
