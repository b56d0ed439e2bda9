import { uncurried } from "../realm/uncurried.ts";

const sourceText = uncurried<string>(Function.prototype, "toString");

/** The code of a function or a class; `null` for what is none, or is of the language itself. */
export function sourceOf(value: unknown): string | null {
  if (typeof value !== "function") return null;
  const text = sourceText(value);
  return /\{\s*\[native code\]\s*\}\s*$/.test(text) ? null : text;
}
