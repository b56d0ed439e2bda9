import { isBuiltin } from "node:module";
import { findProperty } from "../values/find-property.ts";
import type { EncoderContext } from "./encoder-context.ts";
import type { GraphNode, Slot } from "./graph-node.ts";
import { objectPart } from "./object-part.ts";
import { Unkeepable } from "./unkeepable.ts";

const { getOwnPropertyDescriptor, hasOwn } = Object;
const { ownKeys } = Reflect;

const usualKeys = new Set<PropertyKey>(["name", "length", "prototype", "arguments", "caller"]);

/**
 * A function or a class, by its source: the names that it uses must be names of the session. Whether a name meant something else
 * where it was written, in a function around it that has ended, nobody can see.
 * @throws Unkeepable
 */
export function encodeFunction(
  value: object,
  slot: (value: unknown) => Slot,
  context: EncoderContext,
): GraphNode {
  const name = ownName(value);
  const source = context.sourceOf(value);
  if (typeof source === "string") throw new Unkeepable(value, `function ${name}: ${source}`);
  const missing = [...source.freeNames].find((free) => !context.hasName(free));
  if (missing !== undefined) {
    throw new Unkeepable(value, `function ${name}, which uses ${missing} of a function around it`);
  }
  const prototype = getOwnPropertyDescriptor(value, "prototype")?.value as unknown;
  const isSkipped = (key: PropertyKey) =>
    usualKeys.has(key) || (typeof key === "string" && source.staticKeys.has(key));
  const needs =
    source.form === "class" ? [...source.freeNames].filter((free) => context.isVariable(free)) : [];
  return {
    type: "function",
    name,
    source: source.source,
    form: source.form,
    isStrict: source.isStrict,
    needs,
    ...(hasAdded(prototype, value, context) && { prototype: slot(prototype) }),
    ...objectPart(value, { slot, context, kind: null, isSkipped }),
  };
}

/** The `prototype` of a function; `null` for any other object. @throws Unkeepable */
export function encodePrototype(
  object: object,
  slot: (value: unknown) => Slot,
  context: EncoderContext,
): GraphNode | null {
  const owner = ownerOf(object);
  if (owner === null) return null;
  const origin = context.originOf(owner);
  if (origin?.type === "module" && isBuiltin(origin.specifier) && origin.key !== "EventEmitter") {
    throw new Unkeepable(object, `a ${ownName(owner)} of Node's`);
  }
  if (origin !== undefined) return { type: "prototype", of: slot(owner) };
  const isClass = isSourceOfClass(owner, context);
  const isSkipped = (key: PropertyKey) => !isAdded(key, owner, context);
  const kind = isClass ? null : "Object";
  return {
    type: "prototype",
    of: slot(owner),
    ...objectPart(object, { slot, context, kind, isSkipped }),
  };
}

/** The function whose prototype an object is. */
export function ownerOf(object: object): object | null {
  const found = hasOwn(object, "constructor") ? findProperty(object, "constructor") : null;
  if (found?.kind !== "value" || typeof found.value !== "function") return null;
  const prototype = findProperty(found.value, "prototype");
  return prototype.kind === "value" && prototype.value === object ? found.value : null;
}

function hasAdded(prototype: unknown, owner: object, context: EncoderContext): boolean {
  if (typeof prototype !== "object" || prototype === null) return false;
  return ownKeys(prototype).some((key) => isAdded(key, owner, context));
}

/** Whether a property of a prototype is none that the source of its class makes. */
function isAdded(key: PropertyKey, owner: object, context: EncoderContext): boolean {
  const source = context.sourceOf(owner);
  if (key === "constructor" || typeof source === "string") return false;
  if (source.form !== "class") return true;
  return source.memberKeys !== null && typeof key === "string" && !source.memberKeys.has(key);
}

function isSourceOfClass(owner: object, context: EncoderContext): boolean {
  const source = context.sourceOf(owner);
  return typeof source !== "string" && source.form === "class";
}

function ownName(value: object): string {
  const name = getOwnPropertyDescriptor(value, "name")?.value as unknown;
  return typeof name === "string" ? name : "";
}
