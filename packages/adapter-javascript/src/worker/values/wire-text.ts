import { uncurried } from "../realm/uncurried.ts";

const isWellFormed = uncurried<boolean>(String.prototype, "isWellFormed");
const toWellFormed = uncurried<string>(String.prototype, "toWellFormed");

/** A text that UTF-8 can hold: lone surrogates become U+FFFD. */
export function sayable(text: string): string {
  return toWellFormed(text);
}

export function isSayable(text: string): boolean {
  return isWellFormed(text);
}

/** At most `limit` characters of a text, with a note of how many there were. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return sayable(text);
  return sayable(`${text.slice(0, limit)}… (${text.length} characters in all)`);
}
