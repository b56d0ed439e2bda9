import { keywords, isIdentifier } from "./identifier.ts";
import type { Bindings } from "./bindings.ts";
import { evaluateChain } from "./member-chain.ts";
import { moduleSpecifiers } from "./module-specifiers.ts";
import { propertyNames } from "./property-names.ts";

export interface Completions {
  readonly matches: readonly string[];
  /** What a match takes the place of, in code points. */
  readonly start: number;
  readonly end: number;
}

const mostMatches = 1000;
/** Of the text in front of the cursor that are looked at. */
const mostCharacters = 4000;

const specifier = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(['"])([^'"\n]*)$/;
const keyAfter = /\[\s*(['"])([^'"\\\n]*)$/;
const memberAfter = /\??\.\s*([\p{ID_Continue}$]*)$/u;
const nameAtEnd = /(?<![\p{ID_Continue}$.])[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * What could stand at a cursor, which counts code points: names, keywords, members of what a chain such as `a.b["c"].` stands
 * for, keys, module specifiers. Runs no code: no getter, no proxy.
 * @param directory where modules are looked for
 */
export function complete(
  code: string,
  cursor: number,
  bindings: Bindings,
  directory: string,
): Completions {
  const head = [...code].slice(0, cursor).join("");
  const { stem, names } = candidates(head.slice(-mostCharacters), bindings, directory);
  const end = [...head].length;
  return { matches: sorted(names, stem), start: end - [...stem].length, end };
}

function candidates(
  head: string,
  bindings: Bindings,
  directory: string,
): { readonly stem: string; readonly names: Iterable<string> } {
  const ofModule = specifier.exec(head);
  if (ofModule) {
    const stem = ofModule[2] ?? "";
    return { stem, names: moduleSpecifiers(stem, directory) };
  }
  const ofKey = keyAfter.exec(head);
  if (ofKey) {
    const found = evaluateChain(head.slice(0, ofKey.index), bindings);
    return { stem: ofKey[2] ?? "", names: found ? propertyNames(found.value, "own") : [] };
  }
  const ofMember = memberAfter.exec(head);
  if (ofMember) {
    const found = evaluateChain(head.slice(0, ofMember.index), bindings);
    const names = found ? [...propertyNames(found.value, "all")].filter(isIdentifier) : [];
    return { stem: ofMember[1] ?? "", names };
  }
  const stem = nameAtEnd.exec(head)?.[0] ?? "";
  if (stem === "" && /\S$/.test(head) && /[\p{ID_Continue}$"'`)\]}]$/u.test(head)) {
    return { stem, names: [] };
  }
  return { stem, names: [...bindings.names(), ...propertyNames(globalThis, "own"), ...keywords] };
}

/** Those that begin so, in the order of a dictionary; what begins with an underscore only when it is asked for. */
function sorted(names: Iterable<string>, stem: string): readonly string[] {
  const lastPart = stem.slice(stem.lastIndexOf("/") + 1);
  const matches = new Set<string>();
  for (const name of names) {
    if (!name.startsWith(stem)) continue;
    if (name.slice(stem.length - lastPart.length).startsWith("_") && !lastPart.startsWith("_"))
      continue;
    matches.add(name);
  }
  const keyed = [...matches].map((name) => [name.toLowerCase(), name] as const);
  const byName = keyed.toSorted(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1));
  return byName.slice(0, mostMatches).map(([, name]) => name);
}
