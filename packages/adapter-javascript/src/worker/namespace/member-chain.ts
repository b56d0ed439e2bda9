import { findProperty } from "../values/find-property.ts";
import type { Bindings } from "./bindings.ts";

const name = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*`;
const text = String.raw`"[^"\\\n]*"|'[^'\\\n]*'`;
const link = String.raw`\s*\??\.\s*${name}|\s*(?:\?\.)?\[\s*(?:${text}|\d+)\s*\]`;
const chain = new RegExp(
  String.raw`(?<![\p{ID_Continue}$.\])}"'\x60])(${name}|${text})((?:${link})*)\s*$`,
  "u",
);
/** No chain is longer; so that a long cell costs no time. */
const mostCharacters = 2000;

const links = new RegExp(String.raw`\.\s*(${name})|\[\s*(?:"([^"]*)"|'([^']*)'|(\d+))\s*\]`, "gu");

/**
 * What a chain of names and keys at the end of a text stands for, such as `a.b["c"]?.d`, if that can be known without running
 * code: a getter of the user's, or a proxy, ends it.
 */
export function evaluateChain(
  head: string,
  bindings: Bindings,
): { readonly value: unknown } | null {
  const found = chain.exec(head.slice(-mostCharacters));
  if (found === null) return null;
  const [, first = "", rest = ""] = found;
  let current = valueOfFirst(first, bindings);
  for (const [, member, double, single, index] of rest.matchAll(links)) {
    if (current === null) return null;
    const property = findProperty(current.value, member ?? double ?? single ?? index ?? "");
    current = property.kind === "value" ? { value: property.value } : null;
  }
  return current;
}

function valueOfFirst(first: string, bindings: Bindings): { readonly value: unknown } | null {
  if (first.startsWith('"') || first.startsWith("'")) return { value: first.slice(1, -1) };
  if (first === "this") return { value: globalThis };
  const found = bindings.peek(first);
  if (found.kind === "value") return { value: found.value };
  // A getter of Node's own, such as that of `process`.
  return found.kind === "getter" && bindings.isPristine(first)
    ? { value: bindings.get(first) }
    : null;
}
