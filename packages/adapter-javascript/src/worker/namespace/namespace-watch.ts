import type { NamespaceChanges } from "@holdfast/core";
import { sayable } from "../values/wire-text.ts";
import type { Bindings } from "./bindings.ts";
import { isSameLook, look } from "./look.ts";

const mostNames = 10_000;

/**
 * What an execution changes: names that come and go, names that stand for another value, and values that are changed in place as
 * far as their first items show it. Runs no code.
 */
export class NamespaceWatch {
  readonly #bindings: Bindings;
  readonly #looks: ReadonlyMap<string, readonly unknown[]>;
  readonly #modules: ReadonlySet<string>;

  /** The namespace as it stands now. */
  constructor(bindings: Bindings) {
    this.#bindings = bindings;
    this.#looks = looksOf(bindings);
    this.#modules = new Set(bindings.modules.names());
  }

  changes(): NamespaceChanges {
    const now = looksOf(this.#bindings);
    const before = this.#looks;
    const isChanged = (name: string) =>
      before.has(name) && !isSameLook(before.get(name) ?? [], now.get(name) ?? []);
    return {
      added: shown([...now.keys()].filter((name) => !before.has(name))),
      changed: shown([...now.keys()].filter(isChanged)),
      removed: shown([...before.keys()].filter((name) => !now.has(name))),
      modules: shown(this.#bindings.modules.names().filter((name) => !this.#modules.has(name))),
    };
  }
}

function looksOf(bindings: Bindings): ReadonlyMap<string, readonly unknown[]> {
  return new Map(
    bindings.names().map((name) => {
      const found = bindings.peek(name);
      return [name, found.kind === "value" ? look(found.value) : []];
    }),
  );
}

function shown(names: readonly string[]): string[] {
  return names.slice(0, mostNames).map((name) => sayable(name.slice(0, 1000)));
}
