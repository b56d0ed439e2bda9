import { statementLines } from "./statement-lines.ts";

/** Python code for a cell, or the magic in it that has none. */
export interface Translated {
  readonly code: string;
  /** As it stands in the cell, such as `%timeit`; `null` if all was translated. */
  readonly refused: string | null;
}

const magicLine = /^\s*[%!]/;

/**
 * What IPython adds to Python, as far as plain Python has it: `%matplotlib`, `%cd`, `%pip`, `!command`, `%%bash` and
 * `%%sh`. Anything else that begins with `%` or `!` is refused by its name. Lines within texts are left alone.
 */
export function translateMagics(source: string): Translated {
  const cellMagic = /^\s*%%(\S*)([^\n]*)\n?([^]*)$/.exec(source);
  if (cellMagic !== null) return translateCell(cellMagic);
  let refused: string | null = null;
  const lines = statementLines(source, (line) => magicLine.test(line)).map(({ line, isStart }) => {
    const magic = isStart ? /^(\s*)(%[\w.]*|!)(.*)$/.exec(line) : null;
    if (magic === null) return line;
    const [, indent = "", name = "", rest = ""] = magic;
    const code = translateLine(name, rest.trim());
    if (code === null) refused ??= name === "!" ? line.trim() : name;
    return indent + code;
  });
  return { code: lines.join("\n"), refused };
}

function translateCell([, name = "", rest = "", body = ""]: RegExpExecArray): Translated {
  const isShell = (name === "bash" || name === "sh") && rest.trim() === "";
  const code = `__import__("subprocess").run([${JSON.stringify(name)}, "-c", ${JSON.stringify(body)}], check=True);`;
  return isShell ? { code, refused: null } : { code: "", refused: `%%${name}` };
}

/** A semicolon behind an expression hides its value. */
function translateLine(name: string, rest: string): string | null {
  switch (name) {
    case "%matplotlib":
      return "pass"; // figures are shown in any case
    case "%cd":
      return `__import__("os").chdir(__import__("os").path.expanduser(${JSON.stringify(rest === "" ? "~" : rest)}))`;
    case "%pip":
      return `__import__("subprocess").run([__import__("sys").executable, "-m", "pip", *__import__("shlex").split(${JSON.stringify(rest)})]);`;
    case "!":
      return /[{}]/.test(rest) || rest.startsWith("!")
        ? null
        : `__import__("subprocess").run(${JSON.stringify(rest)}, shell=True);`; // {name} would be a value of Python's
    default:
      return null;
  }
}
