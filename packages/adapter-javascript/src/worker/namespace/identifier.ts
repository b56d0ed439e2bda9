const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200C\u200D]*$/u;

/** Words of the language that are no names, for completion too. */
export const keywords: readonly string[] =
  `async await break case catch class const continue debugger default delete do else enum export extends false finally for
  function if import in instanceof let new null of return static super switch this throw true try typeof using var void while
  with yield`.split(/\s+/);

const names = new Set(["async", "of", "using"]);
const reserved = new Set([
  ...keywords.filter((word) => !names.has(word)),
  "undefined",
  "NaN",
  "Infinity",
]);

/** Whether a cell could declare this name. */
export function isDeclarable(name: string): boolean {
  return identifier.test(name) && !reserved.has(name);
}

/** Whether it can stand behind a dot. */
export function isIdentifier(name: string): boolean {
  return identifier.test(name);
}
