import type { MimeBundle } from "@holdfast/core";
import { safeInspect } from "../values/safe-inspect.ts";
import { typeName } from "../values/type-name.ts";
import { sayable } from "../values/wire-text.ts";
import type { Bindings } from "./bindings.ts";
import { evaluateChain } from "./member-chain.ts";
import { signatureOf } from "./signature.ts";

const mostText = 100_000;
const mostRepr = 2000;
/** Of the text in front of the cursor that are looked at. */
const mostCharacters = 4000;

/**
 * What is known of the name or chain at a cursor, which counts code points, or else of what is called around it: the signature of a
 * function or class, the comment in front of it, the type and `repr` of anything else. `null` where nothing is known.
 */
export function inspectAt(code: string, cursor: number, bindings: Bindings): MimeBundle | null {
  const characters = [...code];
  const head = characters.slice(0, cursor).join("").slice(-mostCharacters);
  const tail = /^[\p{ID_Continue}$]*/u.exec(characters.slice(cursor).join(""))?.[0] ?? "";
  const about =
    aboutChain((head + tail).replace(/\??[.(]\s*$/, ""), bindings) ??
    aboutChain(head.slice(0, openParenthesis(head)), bindings);
  return about === null ? null : { "text/plain": sayable(about.slice(0, mostText)) };
}

function aboutChain(text: string, bindings: Bindings): string | null {
  const found = evaluateChain(text, bindings);
  if (found === null) return null;
  const { value } = found;
  const path = /[\p{ID_Continue}$.?[\]"']+$/u.exec(text)?.[0] ?? "";
  const name = /[\p{ID_Continue}$]+$/u.exec(path)?.[0] ?? "";
  const doc = name === path ? bindings.docOf(name) : null;
  const about =
    typeof value === "function"
      ? signatureOf(name, value)
      : `${path}: ${typeName(value)} = ${safeInspect(value, mostRepr)}`;
  return doc === null ? about : `${about}\n\n${doc}`;
}

/** Where the last parenthesis that is not closed is; 0 where there is none. */
function openParenthesis(text: string): number {
  let closed = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === ")") closed += 1;
    else if (text[at] === "(" && closed-- === 0) return at;
  }
  return 0;
}
