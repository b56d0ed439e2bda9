const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A bash word in `$'…'` form: one line, whatever the text. The text must not contain NUL. */
export function quote(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text)
    ? text
    : `$'${text.replaceAll(/[\\'\n\r\t]/g, (char) => escapes[char] as string)}'`;
}
