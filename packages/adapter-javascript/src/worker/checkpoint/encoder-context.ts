import { types } from "node:util";
import type { Bindings } from "../namespace/bindings.ts";
import { type FunctionSource, readFunctionSource } from "./function-source.ts";
import { knownObjects, loadedModule, type Origin, type Require } from "./known-objects.ts";

/** What an encoder knows of its session. */
export interface EncoderContext {
  /** Where a thing comes from that is not the session's own. */
  originOf(value: unknown): Origin | undefined;
  /** Whether code anywhere in the session can use this name. */
  hasName(name: string): boolean;
  isVariable(name: string): boolean;
  /** @returns why there is none, as text */
  sourceOf(value: object): FunctionSource | string;
}

export function createEncoderContext(bindings: Bindings, require: Require): EncoderContext {
  const known = knownObjects(bindings, require);
  const sources = new Map<object, FunctionSource | string>();
  return {
    originOf: (value) =>
      known.get(value) ??
      (types.isModuleNamespaceObject(value) ? originOfNamespace(value as object) : undefined),
    hasName: (name) => name in globalThis,
    isVariable: (name) => bindings.has(name),
    sourceOf: (value) => {
      const source = sources.get(value) ?? readFunctionSource(value);
      sources.set(value, source);
      return source;
    },
  };

  function originOfNamespace(namespace: object): Origin | undefined {
    const exported: unknown = Reflect.get(namespace, "default");
    const specifier = bindings.modules.names().find((name) => {
      const module = loadedModule(name, require);
      return module !== null && (module === namespace || module === exported);
    });
    return specifier === undefined ? undefined : { type: "module", specifier, key: null };
  }
}
