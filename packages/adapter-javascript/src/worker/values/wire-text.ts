const { isWellFormed, toWellFormed } = String.prototype;
const { apply } = Reflect;

/** A text that UTF-8 can hold: lone surrogates become U+FFFD. */
export function sayable(text: string): string {
  return apply(toWellFormed, text, []) as string;
}

export function isSayable(text: string): boolean {
  return apply(isWellFormed, text, []) as boolean;
}

/** At most `limit` characters of a text, with a note of how many there were. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return sayable(text);
  return sayable(`${text.slice(0, limit)}… (${text.length} characters in all)`);
}
