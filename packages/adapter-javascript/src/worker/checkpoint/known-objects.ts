import { isBuiltin } from "node:module";
import type { Bindings } from "../namespace/bindings.ts";
import { isObject } from "../values/find-property.ts";

const { getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;

/** Getters of globals that only answer what is there. */
const harmless = new Set(["process", "Buffer"]);

/** Where a thing is found that no session makes: a path from a global, or a module and what it exports. */
export type Origin =
  | { readonly type: "known"; readonly path: readonly string[] }
  | { readonly type: "module"; readonly specifier: string; readonly key: string | null };

/** From the session's directory. */
export type Require = (specifier: string) => unknown;

/** In front of the name of a well-known symbol in a path. */
const symbolMark = "@@";

/** The things of the language's own, of Node's and of the modules that cells have imported, by what they are. */
export function knownObjects(bindings: Bindings, require: Require): ReadonlyMap<unknown, Origin> {
  const found = new Map<unknown, Origin>();
  for (const name of bindings.pristineNames()) {
    addPath(bindings.pristineValue(name, harmless.has(name)), [name]);
  }
  for (const specifier of bindings.modules.names()) addModule(specifier);
  return found;

  function addPath(value: unknown, path: readonly string[]): void {
    const isKept = isObject(value) || (typeof value === "symbol" && path[0] === "Symbol");
    if (!isKept || found.has(value) || value === globalThis) return;
    found.set(value, { type: "known", path });
    if (!isObject(value) || path.length === 3 || (path.length === 2 && path[1] !== "prototype"))
      return;
    for (const key of ownKeys(value)) {
      const step = typeof key === "string" ? key : wellKnownName(key);
      const property = getOwnPropertyDescriptor(value, key);
      if (step !== null && property && "value" in property)
        addPath(property.value, [...path, step]);
    }
  }

  function addModule(specifier: string): void {
    const module = loadedModule(specifier, require);
    if (!isObject(module) || found.has(module)) return;
    found.set(module, { type: "module", specifier, key: null });
    for (const key of ownKeys(module)) {
      const property = getOwnPropertyDescriptor(module, key);
      if (
        typeof key !== "string" ||
        !property ||
        !isObject(property.value) ||
        property.value === globalThis
      )
        continue;
      if (!found.has(property.value)) found.set(property.value, { type: "module", specifier, key });
    }
  }
}

/** @throws Error that says what is not there */
export function findKnown(origin: Origin, bindings: Bindings, require: Require): unknown {
  if (origin.type === "module") {
    const module = require(origin.specifier) as object;
    return origin.key === null ? module : Reflect.get(module, origin.key);
  }
  const [name = "", ...keys] = origin.path;
  let value = bindings.pristineValue(name, true);
  for (const key of keys) {
    if (!isObject(value)) throw new Error(`there is no ${origin.path.join(".")}`);
    value = getOwnPropertyDescriptor(value, symbolOf(key) ?? key)?.value as unknown;
  }
  if (value === undefined) throw new Error(`there is no ${origin.path.join(".")}`);
  return value;
}

/** A module that was imported; `null` where only `import` can have it. */
export function loadedModule(specifier: string, require: Require): unknown {
  if (isBuiltin(specifier)) return process.getBuiltinModule(specifier);
  try {
    return require(specifier); // it was loaded already
  } catch {
    return null; // by import alone
  }
}

function wellKnownName(symbol: symbol): string | null {
  const name = symbol.description?.replace(/^Symbol\./, "") ?? "";
  return symbolOf(symbolMark + name) === symbol ? symbolMark + name : null;
}

function symbolOf(key: string): symbol | null {
  if (!key.startsWith(symbolMark)) return null;
  const found: unknown = Reflect.get(Symbol, key.slice(symbolMark.length));
  return typeof found === "symbol" ? found : null;
}
