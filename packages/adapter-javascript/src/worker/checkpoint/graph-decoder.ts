import { constants, Script } from "node:vm";
import type { Bindings } from "../namespace/bindings.ts";
import { describeThrown } from "../values/safe-inspect.ts";
import { CheckpointInvalid } from "./checkpoint-invalid.ts";
import {
  type GraphNode,
  isNumbered,
  nodesOf,
  type ObjectPart,
  type Slot,
  type SpecialProperty,
} from "./graph-node.ts";
import { findKnown, type Require } from "./known-objects.ts";
import { accessorOf } from "../realm/uncurried.ts";

type FunctionNode = GraphNode & { readonly type: "function" };

const { defineProperty, getOwnPropertyDescriptor, preventExtensions, setPrototypeOf } = Object;

/**
 * Makes objects of nodes. What waits for others is made when they are asked for; circles are closed by filling what was made
 * empty. A node whose code fails is `broken`, as is what needs it at once; the others are whole.
 */
export class GraphDecoder {
  /** Why a node could not be made. */
  readonly broken = new Map<number, string>();
  readonly #nodes: readonly GraphNode[];
  readonly #buffers: ReadonlyMap<number, ArrayBufferLike>;
  readonly #bindings: Bindings;
  readonly #require: Require;
  readonly #objects = new Map<number, unknown>();
  readonly #making = new Set<number>();
  /** The node that a variable stands for, for classes that use it as they are defined. */
  readonly #variables: ReadonlyMap<string, Slot>;

  constructor(
    nodes: readonly GraphNode[],
    buffers: ReadonlyMap<number, ArrayBufferLike>,
    variables: ReadonlyMap<string, Slot>,
    bindings: Bindings,
    require: Require,
  ) {
    this.#nodes = nodes;
    this.#buffers = buffers;
    this.#variables = variables;
    this.#bindings = bindings;
    this.#require = require;
  }

  /** Makes everything. Runs the code of classes, as their definitions do. */
  make(): void {
    for (const [number, node] of this.#nodes.entries()) if (!isLate(node)) this.#objectOf(number);
    // Once for the code of classes, which may look at anything, and once with the classes there.
    this.#fillAll(false);
    for (const name of this.#variables.keys()) this.#provide(name, false);
    for (const number of this.#nodes.keys()) this.#objectOf(number);
    this.#fillAll(true);
    if (this.broken.size > 0) this.#breakHolders();
  }

  /** The value of a slot; `undefined` for a node that is broken. */
  valueOf(slot: Slot): unknown {
    return isNumbered(slot) ? this.#objectOf(slot[0]) : slot;
  }

  #objectOf(number: number): unknown {
    if (this.#objects.has(number)) return this.#objects.get(number);
    const node = this.#nodes[number];
    if (node === undefined) throw new CheckpointInvalid("it is damaged");
    if (this.#making.has(number) || this.broken.has(number)) return undefined;
    this.#making.add(number);
    try {
      const object = this.#create(node, number);
      this.#objects.set(number, object);
      return object;
    } catch (error) {
      if (error instanceof CheckpointInvalid) throw error;
      this.broken.set(number, describeThrown(error));
      return undefined;
    } finally {
      this.#making.delete(number);
    }
  }

  #create(node: GraphNode, number: number): unknown {
    switch (node.type) {
      case "symbol":
        return node.isRegistered
          ? Symbol.for(node.description ?? "")
          : Symbol(node.description ?? undefined);
      case "known":
        return node.path[0] === "globalThis"
          ? globalThis
          : findKnown(node, this.#bindings, this.#require);
      case "module":
        return findKnown(node, this.#bindings, this.#require);
      case "object":
        return {};
      case "array":
        return [];
      case "map":
        return new Map();
      case "set":
        return new Set();
      case "date":
        return new Date(node.time);
      case "regexp":
        return Object.assign(new RegExp(node.source, node.flags), { lastIndex: node.lastIndex });
      case "error":
        return new Error();
      case "boxed":
        return Object(node.value) as object;
      case "url":
        return new URL(node.href);
      case "buffer":
        return this.#buffers.get(number);
      case "view":
        return this.#createView(node);
      case "function":
        return this.#createFunction(node, number);
      case "prototype": {
        const owner = this.valueOf(node.of);
        if (typeof owner !== "function") throw new Error("its class could not be restored");
        return owner.prototype as unknown;
      }
      default:
        throw new CheckpointInvalid(`it holds a ${(node satisfies never as GraphNode).type}`);
    }
  }

  #createView(node: GraphNode & { readonly type: "view" }): unknown {
    const buffer = this.valueOf(node.buffer) as ArrayBuffer;
    const { kind, byteOffset, byteLength } = node;
    if (kind === "Buffer") return Buffer.from(buffer, byteOffset, byteLength);
    if (kind === "DataView") return new DataView(buffer, byteOffset, byteLength);
    const Kind = this.#bindings.pristineValue(kind, false) as Uint8ArrayConstructor;
    return new Kind(buffer, byteOffset, byteLength / Kind.BYTES_PER_ELEMENT);
  }

  #createFunction(node: FunctionNode, number: number): unknown {
    for (const name of node.needs) this.#provide(name, true);
    const value = this.#isDeclaration(node, number) ? this.#declare(node) : evaluate(node);
    const name = getOwnPropertyDescriptor(value, "name");
    if (name?.configurable && name.value !== node.name) {
      defineProperty(value, "name", { value: node.name, configurable: true });
    }
    return value;
  }

  /** Whether a function is what its name in the session stands for: so that it calls itself by that, and sees a new one. */
  #isDeclaration({ form, name, source }: FunctionNode, number: number): boolean {
    const slot = this.#variables.get(name);
    if (form !== "expression" || !isNumbered(slot) || slot[0] !== number) return false;
    return /^(?:async\s+)?function\s*\*?\s*([^\s(]+)/.exec(source)?.[1] === name;
  }

  #declare(node: FunctionNode): object {
    runScript(node, node.source, 0);
    return this.#bindings.get(node.name) as object;
  }

  /** Gives a name what it stands for, for code that uses it at once. */
  #provide(name: string, mayMake: boolean): void {
    const slot = this.#variables.get(name);
    if (slot === undefined || (!mayMake && isNumbered(slot) && !this.#objects.has(slot[0]))) return;
    this.#bindings.set(name, this.valueOf(slot));
  }

  /** What holds something broken is broken too. */
  #breakHolders(): void {
    const holders = new Map<number, number[]>();
    for (const [number, node] of this.#nodes.entries()) {
      for (const held of nodesOf(node)) holders.set(held, [...(holders.get(held) ?? []), number]);
    }
    // A map goes on with what is put into it.
    for (const [number, reason] of this.broken) {
      for (const holder of holders.get(number) ?? []) {
        if (!this.broken.has(holder)) this.broken.set(holder, reason);
      }
    }
  }

  #fillAll(isLast: boolean): void {
    for (const [number, node] of this.#nodes.entries()) {
      if (!this.#objects.has(number)) continue;
      try {
        this.#fill(node, this.#objects.get(number) as object, isLast);
      } catch (error) {
        if (error instanceof CheckpointInvalid) throw error;
        this.broken.set(number, describeThrown(error));
      }
    }
  }

  /** The value of a slot, if it is there already. */
  #known(slot: Slot, isLast: boolean): unknown {
    if (!isNumbered(slot)) return slot;
    return isLast ? this.#objectOf(slot[0]) : this.#objects.get(slot[0]);
  }

  #fill(node: GraphNode, object: object, isLast: boolean): void {
    const at = (slot: Slot) => this.#known(slot, isLast);
    if (node.type === "array") {
      const array = object as unknown[];
      array.length = node.length;
      for (const [index, item] of node.items.entries()) array[index] = at(item);
    } else if (node.type === "map") {
      const map = object as Map<unknown, unknown>;
      map.clear();
      for (let index = 0; index < node.entries.length; index += 2) {
        map.set(at(node.entries[index]), at(node.entries[index + 1]));
      }
    } else if (node.type === "set") {
      (object as Set<unknown>).clear();
      for (const item of node.items) (object as Set<unknown>).add(at(item));
    } else if (node.type === "error") {
      defineProperty(object, "stack", {
        value: at(node.stack),
        writable: true,
        configurable: true,
      });
    } else if (node.type === "function" && isLast && node.prototype !== undefined) {
      at(node.prototype);
    }
    if ("props" in node || "special" in node || "proto" in node || "isLocked" in node) {
      fillPart(node, object, at, isLast);
    }
  }
}

function evaluate(node: FunctionNode): object {
  if (node.form === "method") return methodOf(runScript(node, `({${node.source}})`, 2) as object);
  return runScript(node, `(${node.source})`, 1) as object;
}

function runScript(node: FunctionNode, text: string, shift: number): unknown {
  const strict = node.isStrict ? '"use strict";' : "";
  const script = new Script(strict + text, {
    filename: `<restored ${node.name}>`,
    columnOffset: -strict.length - shift,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.runInThisContext({ displayErrors: false }) as unknown;
}

function fillPart(
  part: ObjectPart,
  object: object,
  at: (slot: Slot) => unknown,
  isLast: boolean,
): void {
  const { props = [], special = [], proto, isLocked } = part;
  if (proto !== undefined) {
    const value = at(proto) as object | null | undefined;
    if (value !== undefined) setPrototypeOf(object, value);
  }
  for (let index = 0; index < props.length; index += 2) {
    const value = at(props[index + 1]);
    defineProperty(object, at(props[index]) as PropertyKey, descriptor(7, { value }));
  }
  for (const property of special) fillSpecial(object, property, at, isLast);
  if (isLocked && isLast) preventExtensions(object);
}

function fillSpecial(
  object: object,
  { key, flags, value, get, set }: SpecialProperty,
  at: (slot: Slot) => unknown,
  isLast: boolean,
): void {
  // Until everything is there it may have to change once more.
  const own = isLast ? flags : 7;
  const isAccessor = get !== undefined || set !== undefined;
  const what: unknown = isAccessor ? { get: at(get), set: at(set) } : { value: at(value) };
  defineProperty(object, at(key) as PropertyKey, descriptor(own, what as PropertyDescriptor));
}

function descriptor(flags: number, what: PropertyDescriptor): PropertyDescriptor {
  const common = { enumerable: (flags & 2) > 0, configurable: (flags & 4) > 0, ...what };
  return "value" in what ? { ...common, writable: (flags & 1) > 0 } : common;
}

function methodOf(holder: object): object {
  const [key = ""] = Reflect.ownKeys(holder);
  const found = getOwnPropertyDescriptor(holder, key);
  const { get, set } = accessorOf(found ?? {});
  return (found?.value ?? get ?? set) as object;
}

/** What runs code as it is made, or needs what does. */
function isLate(node: GraphNode): boolean {
  return (node.type === "function" && node.form === "class") || node.type === "prototype";
}
