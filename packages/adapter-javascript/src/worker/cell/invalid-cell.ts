import { Script } from "node:vm";
import type { InvalidCell, Position } from "./cell.ts";
import type { ParseError } from "./cell-parser.ts";
import { lineAt, positionAt } from "./source-position.ts";

const mostLineLength = 1000;

/** What is wrong with a source, in V8's words where V8 means the same place. */
export function invalidCell(source: string, fileName: string, error: ParseError): InvalidCell {
  const position = positionAt(source, error.pos);
  const message = error.message.replace(/ \(\d+:\d+\)$/, "");
  const fromV8 = askV8(source, fileName);
  const isSame =
    fromV8?.position.line === position.line && !/module|import|export/.test(fromV8.message);
  return {
    ...describeInvalid(
      source,
      fileName,
      isSame ? fromV8.message : message,
      isSame ? fromV8.position : position,
    ),
    isIncomplete: isIncomplete(source, error),
  };
}

export function describeInvalid(
  source: string,
  fileName: string,
  message: string,
  { line, column }: Position,
): InvalidCell {
  const shown = lineAt(source, line);
  const marked = shown.length > mostLineLength ? "" : `${shown}\n${caretUnder(shown, column)}\n`;
  return {
    status: "invalid",
    message,
    line,
    column,
    isIncomplete: false,
    text: `${fileName}:${line}\n${marked}\nSyntaxError: ${message}\n`,
  };
}

/** What `new Script()` threw for a text that the source became. */
export function parseV8Error(error: unknown): { message: string; position: Position } | null {
  const { stack, message } = error as { readonly stack?: unknown; readonly message?: unknown };
  if (typeof stack !== "string" || typeof message !== "string") return null;
  const [place = "", shown = "", mark = ""] = stack.split("\n");
  const line = /:(\d+)$/.exec(place)?.[1];
  const column = mark.indexOf("^");
  if (line === undefined) return null;
  // A line that is too long is not shown.
  return {
    message,
    position: { line: Number(line), column: Math.min(Math.max(column, 0), shown.length) + 1 },
  };
}

function askV8(source: string, fileName: string): ReturnType<typeof parseV8Error> {
  const head = "(async()=>{";
  try {
    void new Script(`${head}\n${source}\n})`, { filename: fileName, lineOffset: -1 });
    return null;
  } catch (error) {
    return parseV8Error(error);
  }
}

/** Whether the parser ended where the source ends, or in something that may have its end in a line to come. */
function isIncomplete(source: string, { message, pos }: ParseError): boolean {
  if (/^Unterminated (?:template|comment)/.test(message)) return true;
  if (message.startsWith("Unterminated string")) return /\\\r?\n?$/.test(source);
  return pos >= source.length && message.startsWith("Unexpected token");
}

function caretUnder(line: string, column: number): string {
  return line.slice(0, column - 1).replaceAll(/[^\t]/g, " ") + "^";
}
