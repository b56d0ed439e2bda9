import type { MimeBundle, NamespaceChanges, Variable } from "@holdfast/core";
import { guardPrefix } from "../cell/guard-prefix.ts";
import { withPristineRealm } from "../realm/pristine-realm.ts";
import { decodeValue, ValueRefused } from "../values/decode-value.ts";
import type { Bindings } from "./bindings.ts";
import { type Completions, complete } from "./completion.ts";
import { describeVariable } from "./describe-variable.ts";
import { isDeclarable } from "./identifier.ts";
import type { ImportedModule } from "./imported-modules.ts";
import { inspectAt } from "./inspection.ts";
import { NamespaceWatch } from "./namespace-watch.ts";
import { RequestRefused } from "./request-refused.ts";

const mostVariables = 10_000;

/** What the session asks of its namespace between executions. */
export class Namespace {
  readonly #bindings: Bindings;
  readonly #directory: () => string;

  /** @param directory the absolute path of the one that the session is in */
  constructor(bindings: Bindings, directory: () => string) {
    this.#bindings = bindings;
    this.#directory = directory;
  }

  /** All variables of the user's, or those of these names that there are. Calls what values say of themselves. */
  list(names: readonly string[] | null, withValues: boolean): readonly Variable[] {
    return withPristineRealm(() =>
      (names ?? this.#bindings.names())
        .slice(0, mostVariables)
        .filter((name) => this.#bindings.has(name))
        .map((name) => describeVariable(name, this.#bindings.peek(name), withValues)),
    );
  }

  /** @throws RequestRefused `invalid_request` for a name or a value that JavaScript does not have */
  set(name: string, value: unknown): void {
    withPristineRealm(() => this.#set(name, value));
  }

  #set(name: string, value: unknown): void {
    if (!isDeclarable(name) || name.startsWith(guardPrefix)) {
      const allowed = "allowed are identifiers that JavaScript does not need itself";
      throw new RequestRefused(
        "invalid_request",
        `variable ${JSON.stringify(name.slice(0, 100))}: ${allowed}`,
      );
    }
    let decoded: unknown;
    try {
      decoded = decodeValue(value);
    } catch (error) {
      if (!(error instanceof ValueRefused)) throw error;
      throw new RequestRefused(
        "invalid_request",
        `value of ${name.slice(0, 100)}: ${error.message}`,
      );
    }
    this.#bindings.set(name, decoded);
  }

  /** Deletes these, or all. @throws RequestRefused `variable_not_found`, with nothing deleted */
  delete(names: readonly string[] | null): void {
    withPristineRealm(() => this.#delete(names));
  }

  #delete(names: readonly string[] | null): void {
    const wanted = names ?? this.#bindings.names();
    const missing = wanted.filter((name) => !this.#bindings.has(name));
    if (missing.length > 0) {
      const listed = missing.join(", ").slice(0, 1000);
      throw new RequestRefused("variable_not_found", `variables that are not there: ${listed}`);
    }
    for (const name of wanted) this.#bindings.delete(name);
  }

  /** Before an execution: what is answered tells, after it, what has changed. */
  watch(): () => NamespaceChanges {
    const watch = withPristineRealm(() => new NamespaceWatch(this.#bindings));
    return () => withPristineRealm(() => watch.changes());
  }

  modules(): readonly ImportedModule[] {
    return withPristineRealm(() => this.#bindings.modules.list(this.#directory()));
  }

  /** `cursor`, `start` and `end` count code points. */
  complete(code: string, cursor: number): Completions {
    return withPristineRealm(() => complete(code, cursor, this.#bindings, this.#directory()));
  }

  inspect(code: string, cursor: number): MimeBundle | null {
    return withPristineRealm(() => inspectAt(code, cursor, this.#bindings));
  }
}
