import { withPristineRealm } from "../realm/pristine-realm.ts";

const { defineProperty, getOwnPropertyDescriptor, is } = Object;
const { deleteProperty } = Reflect;

const names = ["_", "__", "___"] as const;

/**
 * `_`, `__` and `___`: the last results, the newest first. Where the user has a `_` of his own, such as lodash, nothing is kept
 * until it is gone. They are no variables: neither listed nor saved.
 */
export class LastResults {
  readonly #global: object;
  #kept: readonly unknown[] = [];

  constructor(globalObject: object = globalThis) {
    this.#global = globalObject;
  }

  /** `undefined` is no result. */
  keep(value: unknown): void {
    if (value !== undefined) withPristineRealm(() => this.#keep(value));
  }

  /** Takes them away. */
  forget(): void {
    for (let index = 0; index < this.#kept.length; index++) {
      deleteProperty(this.#global, names[index] as string);
    }
    this.#kept = [];
  }

  #keep(value: unknown): void {
    if (!this.#isOurs()) return;
    const before = this.#kept;
    this.#kept = [value, before[0], before[1]].slice(0, Math.min(before.length + 1, names.length));
    for (const [index, kept] of this.#kept.entries()) {
      if (index < before.length && is(before[index], kept)) continue;
      const property = { value: kept, writable: true, enumerable: false, configurable: true };
      defineProperty(this.#global, names[index] ?? "", property);
    }
  }

  /** Whether each name is what was kept under it, or nothing. */
  #isOurs(): boolean {
    return names.every((name, index) => {
      const found = getOwnPropertyDescriptor(this.#global, name);
      return (
        !found ||
        (index < this.#kept.length && !found.enumerable && is(found.value, this.#kept[index]))
      );
    });
  }
}
