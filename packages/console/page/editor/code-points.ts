/** How many Unicode code points lie before an index in UTF-16, as the server counts cursors. */
export function codePointsBefore(text: string, index: number): number {
  return Array.from(text.slice(0, index)).length;
}

/** The index in UTF-16 behind so many code points. */
export function indexOfCodePoint(text: string, codePoints: number): number {
  let index = 0;
  for (const char of text) {
    if (codePoints-- <= 0) break;
    index += char.length;
  }
  return index;
}
