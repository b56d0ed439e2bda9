import { types } from "node:util";
import { bytesOf } from "../values/encode-bytes.ts";
import { findProperty, textProperty } from "../values/find-property.ts";
import { typeName } from "../values/type-name.ts";
import { ownerOf } from "./encode-function.ts";
import type { EncoderContext } from "./encoder-context.ts";
import type { GraphNode, Slot } from "./graph-node.ts";
import { objectPart, protoPart } from "./object-part.ts";
import { Unkeepable } from "./unkeepable.ts";
import { uncurried, uncurriedGetter } from "../realm/uncurried.ts";

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { isArray } = Array;
const forEachEntry = uncurried<void>(Map.prototype, "forEach");
const forEachItem = uncurried<void>(Set.prototype, "forEach");
const getTime = uncurried<number>(Date.prototype, "getTime");
const urlHref = uncurriedGetter<string>(URL.prototype, "href");
const kindOfView = uncurriedGetter<string>(
  getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
);

/** An object that is neither a function, nor a buffer, nor the prototype of a function. @throws Unkeepable */
export function encodeObject(
  object: object,
  slot: (value: unknown) => Slot,
  context: EncoderContext,
): GraphNode {
  const kind = kindOf(object);
  checkPrototypes(object, kind, context);
  const part = (isSkipped?: (key: PropertyKey) => boolean) =>
    objectPart(object, { slot, context, kind, ...(isSkipped && { isSkipped }) });
  switch (kind) {
    case "Array":
      return encodeArray(object as unknown[], slot, part);
    case "Map": {
      const entries: Slot[] = [];
      const add = (item: unknown, key: unknown) => entries.push(slot(key), slot(item));
      forEachEntry(object, add);
      return { type: "map", entries, ...part() };
    }
    case "Set": {
      const items: Slot[] = [];
      forEachItem(object, (item: unknown) => items.push(slot(item)));
      return { type: "set", items, ...part() };
    }
    case "Date":
      return { type: "date", time: getTime(object), ...part() };
    case "RegExp": {
      const { source, flags, lastIndex } = object as RegExp;
      const own = part((key) => key === "lastIndex");
      return { type: "regexp", source, flags, lastIndex, ...own };
    }
    case "Error": {
      const stack = textProperty(object, "stack") || String((object as Error).stack);
      return { type: "error", stack, ...part((key) => key === "stack") };
    }
    case "URL":
      return { type: "url", href: urlHref(object), ...part() };
    case "Object":
      return { type: "object", ...part() };
    default:
      return isBoxed(kind)
        ? {
            type: "boxed",
            value: Object.prototype.valueOf.call(object).valueOf() as Slot,
            ...part(isIndex),
          }
        : encodeView(object as ArrayBufferView, kind, slot, context);
  }
}

type Part = (isSkipped?: (key: PropertyKey) => boolean) => ReturnType<typeof objectPart>;

function encodeArray(
  array: readonly unknown[],
  slot: (value: unknown) => Slot,
  part: Part,
): GraphNode {
  const items: Slot[] = [];
  for (let index = 0; index < array.length; index++) {
    const item = getOwnPropertyDescriptor(array, index);
    if (!item || !("value" in item) || !item.writable || !item.configurable || !item.enumerable)
      break;
    items.push(slot(item.value));
  }
  const isSkipped = (key: PropertyKey) =>
    key === "length" || (isIndex(key) && Number(key) < items.length);
  return { type: "array", length: array.length, items, ...part(isSkipped) };
}

function encodeView(
  view: ArrayBufferView,
  kind: string,
  slot: (value: unknown) => Slot,
  context: EncoderContext,
): GraphNode {
  const bytes = bytesOf(view);
  // Small buffers of Node's lie in one that has nothing else to do with them.
  const isPooled = kind === "Buffer" && bytes.buffer.byteLength === Buffer.poolSize;
  const own = isPooled ? Buffer.alloc(bytes.length, bytes) : bytes;
  const { buffer, byteOffset, length: byteLength } = own;
  // Its keys are its items, too many to be looked through for others.
  const proto = protoPart(view, { slot, context, kind });
  return { type: "view", kind, buffer: slot(buffer), byteOffset, byteLength, ...proto };
}

/** The global whose instances are made as this object is. @throws Unkeepable */
function kindOf(object: object): string {
  if (isArray(object)) return "Array";
  if (types.isMap(object)) return "Map";
  if (types.isSet(object)) return "Set";
  if (types.isDate(object)) return "Date";
  if (types.isRegExp(object)) return "RegExp";
  if (types.isNativeError(object)) return "Error";
  if (types.isDataView(object)) return "DataView";
  if (types.isTypedArray(object)) return Buffer.isBuffer(object) ? "Buffer" : kindOfView(object);
  if (types.isNumberObject(object)) return "Number";
  if (types.isStringObject(object)) return "String";
  if (types.isBooleanObject(object)) return "Boolean";
  if (isUrl(object)) return "URL";
  const isNative =
    types.isPromise(object) ||
    types.isWeakMap(object) ||
    types.isWeakSet(object) ||
    types.isGeneratorObject(object) ||
    types.isMapIterator(object) ||
    types.isSetIterator(object) ||
    types.isArgumentsObject(object) ||
    types.isBoxedPrimitive(object) ||
    types.isExternal(object);
  if (isNative) throw new Unkeepable(object, `a ${typeName(object)}`);
  return "Object";
}

/** What has an inside that only its class can make is refused. @throws Unkeepable */
function checkPrototypes(object: object, kind: string, context: EncoderContext): void {
  for (let proto: unknown = getPrototypeOf(object); proto !== null; proto = getPrototypeOf(proto)) {
    if (types.isProxy(proto)) throw new Unkeepable(object, "a Proxy");
    const origin = context.originOf(proto);
    if (origin?.type === "known" && !mayBeAbove(kind, origin.path[0] ?? "")) {
      throw new Unkeepable(object, `a ${typeName(object)}`);
    }
    const owner = ownerOf(proto as object);
    if (owner === null || context.originOf(owner) !== undefined) continue;
    const source = context.sourceOf(owner);
    if (typeof source !== "string" && source.hasPrivateMembers) {
      throw new Unkeepable(object, `a ${typeName(object)}, which has private fields`);
    }
  }
}

/** Whether an object of a kind has the prototype of this global above it, and nothing of it inside that is not known here. */
function mayBeAbove(kind: string, name: string): boolean {
  if (name === kind || name === "Object") return true;
  return kind === "Error" ? name.endsWith("Error") : kind === "Buffer" && name === "Uint8Array";
}

function isUrl(object: object): boolean {
  if (findProperty(object, "href").kind !== "getter") return false;
  try {
    urlHref(object);
    return true;
  } catch {
    return false; // of another class
  }
}

function isBoxed(kind: string): boolean {
  return kind === "Number" || kind === "String" || kind === "Boolean";
}

function isIndex(key: PropertyKey): boolean {
  return typeof key === "string" && (/^(?:0|[1-9]\d*)$/.test(key) || key === "length");
}
