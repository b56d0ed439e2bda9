import { types } from "node:util";
import { bytesOf } from "../values/encode-bytes.ts";
import { isObject } from "../values/find-property.ts";
import { encodeFunction, encodePrototype } from "./encode-function.ts";
import { encodeObject } from "./encode-object.ts";
import type { EncoderContext } from "./encoder-context.ts";
import type { GraphNode, Slot } from "./graph-node.ts";
import { Unkeepable } from "./unkeepable.ts";

/**
 * Turns values into nodes, each object into one, so that what is shared stays shared. Walks without recursion; runs no getter. A
 * value that cannot be kept leaves nothing behind.
 */
export class GraphEncoder {
  readonly nodes: GraphNode[] = [];
  /** The buffers among the nodes by their numbers: their bytes are written beside them. */
  readonly buffers = new Map<number, object>();
  readonly #context: EncoderContext;
  readonly #numbers = new Map<unknown, number>();
  /** Of the value that is added: what has a number, and those in front of it too. */
  readonly #objects: unknown[] = [];

  constructor(context: EncoderContext) {
    this.#context = context;
  }

  /** @throws Unkeepable, with everything as before */
  add(value: unknown): Slot {
    const before = this.nodes.length;
    try {
      const slot = this.#slot(value);
      for (let number = before; number < this.#objects.length; number++) {
        this.nodes.push(this.#encode(this.#objects[number], number));
      }
      return slot;
    } catch (error) {
      this.#forget(before);
      throw error;
    }
  }

  readonly #slot = (value: unknown): Slot => {
    if (!isObject(value) && typeof value !== "symbol") return value as Slot;
    const known = this.#numbers.get(value);
    if (known !== undefined) return [known];
    const number = this.#objects.push(value) - 1;
    this.#numbers.set(value, number);
    return [number];
  };

  #forget(from: number): void {
    for (const value of this.#objects.slice(from)) this.#numbers.delete(value);
    for (const number of this.buffers.keys()) if (number >= from) this.buffers.delete(number);
    this.#objects.length = from;
    this.nodes.length = from;
  }

  #encode(value: unknown, number: number): GraphNode {
    const context = this.#context;
    const origin = context.originOf(value);
    if (origin !== undefined) return origin;
    if (typeof value === "symbol") return encodeSymbol(value);
    const object = value as object;
    if (object === globalThis) return { type: "known", path: ["globalThis"] };
    if (types.isProxy(object)) throw new Unkeepable(value, "a Proxy");
    if (types.isModuleNamespaceObject(object)) {
      throw new Unkeepable(value, "a module that no import statement names");
    }
    if (typeof object === "function") return encodeFunction(object, this.#slot, context);
    if (types.isAnyArrayBuffer(object)) {
      this.buffers.set(number, object);
      const isShared = types.isSharedArrayBuffer(object);
      return { type: "buffer", byteLength: bytesOf(object).length, isShared };
    }
    return (
      encodePrototype(object, this.#slot, context) ?? encodeObject(object, this.#slot, context)
    );
  }
}

function encodeSymbol(symbol: symbol): GraphNode {
  const key = Symbol.keyFor(symbol);
  const description = key ?? symbol.description ?? null;
  return { type: "symbol", description, isRegistered: key !== undefined };
}
