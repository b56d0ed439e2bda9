import type { MimeBundle } from "@holdfast/core";
import { types } from "node:util";
import { withPristineRealm } from "../realm/pristine-realm.ts";
import { findMethod, isObject } from "./find-property.ts";
import { describeThrown, safeInspect } from "./safe-inspect.ts";
import { sayable } from "./wire-text.ts";

type Bundle = Record<string, MimeBundle[string]>;

/** What a value offers, and what went wrong as it was asked. */
export interface OfferedMime {
  readonly mime: MimeBundle;
  /** One line each, such as `toHTML() threw TypeError: …`. */
  readonly problems: readonly string[];
}

/** Of all representations of one value: a message holds four times that. */
const mostBytes = 64 * 1024 * 1024;

const { isPromise, isProxy, isUint8Array } = types;
const { apply } = Reflect;

/** Methods that answer a whole bundle, a map of data by MIME type. */
const bundleMethods: readonly (readonly [PropertyKey, string])[] = [
  [Symbol.for("holdfast.display"), '[Symbol.for("holdfast.display")]()'],
  [Symbol.for("Jupyter.display"), '[Symbol.for("Jupyter.display")]()'],
];

const methods: readonly (readonly [string, string])[] = [
  ["toHTML", "text/html"],
  ["toMarkdown", "text/markdown"],
  ["toSVG", "image/svg+xml"],
  ["toPNG", "image/png"],
  ["toJPEG", "image/jpeg"],
  ["toLaTeX", "text/latex"],
];

/**
 * All representations that a value offers, and its `repr` as `text/plain` unless it offers one. Calls the value's methods; what
 * throws, is too large or is of the wrong kind is left out and told.
 */
export function offeredMime(value: unknown, repr: string): OfferedMime {
  return withPristineRealm(() => offered(value, repr));
}

function offered(value: unknown, repr: string): OfferedMime {
  const mime: Bundle = {};
  const problems: string[] = [];
  if (isObject(value) && !isProxy(value)) {
    for (const [key, name] of bundleMethods) {
      const bundle = ask(value, key, name, problems);
      if (isObject(bundle) && !isProxy(bundle)) putAll(bundle, name, mime, problems);
      else if (bundle !== undefined) problems.push(`${name} answered no map of data by MIME type`);
    }
    for (const [key, type] of methods) {
      if (type in mime) continue;
      const data = ask(value, key, `${key}()`, problems);
      if (data !== undefined) put(type, data, `${key}()`, mime, problems);
    }
  }
  mime["text/plain"] ??= repr;
  return { mime, problems };
}

/** A bundle that the user has made, such as that of `display({...}, { raw: true })`. Never empty. */
export function mimeFromObject(bundle: object): OfferedMime {
  return withPristineRealm(() => fromObject(bundle));
}

function fromObject(bundle: object): OfferedMime {
  const mime: Bundle = {};
  const problems: string[] = [];
  if (!isProxy(bundle)) putAll(bundle, "the bundle", mime, problems);
  if (Object.keys(mime).length === 0) {
    mime["text/plain"] = "<left out: too large, or neither text nor bytes nor JSON>";
  }
  return { mime, problems };
}

/** For `display(value)`. Throws nothing. */
export function mimeBundleOf(value: unknown): MimeBundle {
  return offeredMime(value, safeInspect(value)).mime;
}

function ask(value: object, key: PropertyKey, name: string, problems: string[]): unknown {
  const method = findMethod(value, key);
  if (method === null) return undefined;
  try {
    const answer: unknown = apply(method, value, []);
    if (!isPromise(answer)) return answer ?? undefined;
    problems.push(`${name} answered a promise, which is not waited for`);
    answer.catch(() => {}); // told already
  } catch (error) {
    problems.push(`${name} threw ${describeThrown(error)}`);
  }
  return undefined;
}

function putAll(bundle: object, name: string, mime: Bundle, problems: string[]): void {
  for (const type of Object.keys(bundle)) {
    try {
      const data = (bundle as Record<string, unknown>)[type];
      if (data !== undefined && data !== null) put(sayable(type), data, name, mime, problems);
    } catch (error) {
      problems.push(`${name} threw ${describeThrown(error)}`);
    }
  }
}

function put(type: string, data: unknown, name: string, mime: Bundle, problems: string[]): void {
  const converted = convert(type, data);
  if (converted === null) {
    problems.push(`${name} answered neither text nor bytes nor JSON for ${type}`);
  } else if (
    sizeOf(converted) + Object.values(mime).reduce((sum, one) => sum + sizeOf(one), 0) >
    mostBytes
  ) {
    problems.push(`${name} answered over ${mostBytes} bytes for ${type}`);
  } else {
    mime[type] = converted;
  }
}

/** Text as text, the rest as bytes: those of an image may come as base64, as notebooks have it. */
function convert(type: string, data: unknown): MimeBundle[string] | null {
  if (typeof data === "string") return isText(type) ? sayable(data) : Buffer.from(data, "base64");
  if (isUint8Array(data)) return isText(type) ? Buffer.from(data).toString() : Buffer.from(data);
  if (!isJson(type)) return null;
  try {
    return sayable(JSON.stringify(data));
  } catch {
    return null;
  }
}

function isText(type: string): boolean {
  return (
    type.startsWith("text/") ||
    isJson(type) ||
    /\+xml$|^application\/(?:javascript|xml)$/.test(type)
  );
}

function isJson(type: string): boolean {
  return type === "application/json" || type.endsWith("+json");
}

function sizeOf(data: string | Uint8Array): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.length;
}
