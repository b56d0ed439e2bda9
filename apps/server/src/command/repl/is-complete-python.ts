const token = /[A-Za-z]{0,2}("""|'''|"|')|#[^\n]*|\\\n|\n|\w+|[^]/y;

const blockHead =
  /^(?:if|for|while|try|with|def|class|async|elif|else|except|finally)\b|^@|^(?:match|case)\b.*:$/;

/** Code as far as it matters for whether it goes on. */
interface Scan {
  /** Logical lines, with strings as `''` and without comments. */
  readonly lines: readonly string[];
  readonly openBrackets: number;
  readonly isInString: boolean;
}

/**
 * Whether Python code that was typed line by line can be run, or goes on: an open bracket or string, a backslash at the
 * end, or a block, which a blank line ends, as in Python's own prompt. What is wrong counts as complete: Python says so.
 */
export function isCompletePython(code: string): boolean {
  const { lines, openBrackets, isInString } = scan(code);
  if (isInString || openBrackets > 0 || lines.at(-1)?.endsWith("\\") === true) return false;
  const written = lines.filter((line) => line.trim() !== "");
  const statement = written.findLast((line) => /^\S/.test(line)) ?? "";
  if (statement.startsWith("@")) return false;
  const isBlock = blockHead.test(statement) || written.at(-1)?.endsWith(":") === true;
  return !isBlock || /\n[ \t]*$/.test(code);
}

function scan(code: string): Scan {
  const lines: string[] = [];
  let line = "";
  let openBrackets = 0;
  token.lastIndex = 0;
  while (token.lastIndex < code.length) {
    const [text = "", quote] = token.exec(code) ?? [];
    if (quote !== undefined) {
      const end = endOfString(code, token.lastIndex, quote);
      if (end === null) return { lines, openBrackets, isInString: true };
      token.lastIndex = end;
      line += "''";
    } else if (text === "\n" && openBrackets === 0) {
      lines.push(line.trimEnd());
      line = "";
    } else if (text === "\n" || text === "\\\n") line += " ";
    else if (!text.startsWith("#")) {
      if ("([{".includes(text)) openBrackets++;
      if (")]}".includes(text)) openBrackets = Math.max(0, openBrackets - 1);
      line += text;
    }
  }
  return { lines: [...lines, line.trimEnd()], openBrackets, isInString: false };
}

/**
 * Behind the closing quote, or where the line of a short string ends without one, which is an error and no string that
 * goes on; `null` where the code ends within it.
 */
function endOfString(code: string, from: number, quote: string): number | null {
  const isLong = quote.length === 3;
  for (let at = from; at < code.length; at++) {
    if (code.startsWith(quote, at)) return at + quote.length;
    if (code[at] === "\\") at++;
    else if (code[at] === "\n" && !isLong) return at;
  }
  return isLong || code.endsWith("\\") ? null : code.length;
}
