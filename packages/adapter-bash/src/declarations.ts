/** A variable as `declare -p` says it. */
export interface Declaration {
  readonly name: string;
  /** Letters of its attributes, empty where there are none. */
  readonly attributes: string;
  /** `null`: declared, and never set. Keys of indexed arrays are numbers in text. */
  readonly value: string | ReadonlyMap<string, string> | null;
  /** The whole command, as the shell printed it. */
  readonly text: string;
}

const head = /declare -([-a-zA-Z]+) ([A-Za-z_][A-Za-z0-9_]*)(=?)/y;

/** Reads what `declare -p` printed, up to what is no declaration. */
export function parseDeclarations(text: string): readonly Declaration[] {
  const found: Declaration[] = [];
  let at = 0;
  for (;;) {
    head.lastIndex = at;
    const match = head.exec(text);
    if (match === null) return found;
    const [whole, letters = "", name = "", equals] = match;
    const start = at;
    at += whole.length;
    let value: Declaration["value"] = null;
    if (equals === "=") {
      const read = text[at] === "(" ? readArray(text, at) : readWord(text, at);
      ({ value, at } = read);
    }
    found.push({
      name,
      attributes: letters.replace(/^-+/, ""),
      value,
      text: text.slice(start, at),
    });
    if (text[at] !== "\n") return found;
    at++;
  }
}

interface Read<T> {
  readonly value: T;
  readonly at: number;
}

function readArray(text: string, start: number): Read<Map<string, string>> {
  const value = new Map<string, string>();
  let at = start + 1;
  while (text[at] === "[") {
    const key = readKey(text, at + 1);
    const item = readWord(text, key.at + 2); // behind ]=
    value.set(key.value, item.value);
    at = item.at;
    while (text[at] === " ") at++;
  }
  return { value, at: at + 1 };
}

function readKey(text: string, at: number): Read<string> {
  if (text[at] === '"' || text.startsWith("$'", at)) return readWord(text, at);
  const end = text.indexOf("]=", at);
  return { value: text.slice(at, end), at: end };
}

/** A value as the shell quotes it: in double quotes, in `$'…'`, or bare. */
function readWord(text: string, at: number): Read<string> {
  if (text[at] === '"') {
    const end = endOf(text, at + 1, '"');
    return { value: text.slice(at + 1, end).replace(/\\([\\"$`])/g, "$1"), at: end + 1 };
  }
  if (text.startsWith("$'", at)) {
    const end = endOf(text, at + 2, "'");
    return { value: unescaped(text.slice(at + 2, end)), at: end + 1 };
  }
  const [word = ""] = /^[^\s)]*/.exec(text.slice(at)) ?? [];
  return { value: word, at: at + word.length };
}

function endOf(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

const letters: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** What stands in `$'…'`; bytes that are no UTF-8 become U+FFFD. */
function unescaped(text: string): string {
  const bytes: Buffer[] = [];
  for (const [part] of text.matchAll(/\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)|[^\\]+/gs)) {
    if (part[0] !== "\\") bytes.push(Buffer.from(part));
    else if (/^\\[0-7]/.test(part)) bytes.push(Buffer.of(Number.parseInt(part.slice(1), 8) & 255));
    else if (/^\\x[0-9a-fA-F]/.test(part))
      bytes.push(Buffer.of(Number.parseInt(part.slice(2), 16)));
    else bytes.push(Buffer.from(letters[part[1] ?? ""] ?? part.slice(1)));
  }
  return Buffer.concat(bytes).toString();
}
