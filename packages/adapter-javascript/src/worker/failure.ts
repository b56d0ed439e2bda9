import type { ExecutionFailure } from "@holdfast/core";
import type { InvalidCell } from "./cell/cell.ts";
import type { CellSources } from "./cell-sources.ts";
import { inspect, types } from "./primordials.ts";

const maxFrames = 200;
const maxNameLength = 4096;
const maxSourceLength = 4096;
const maxTextLength = 4 * 1024 * 1024;

const frameLine = /^ {4}at (?:(.*) \()?(.+?):(\d+):(\d+)\)?$/;

/** What was thrown, as `error` tells it. Calls user code, such as getters of the error, and throws nothing. */
export function describeFailure(
  error: unknown,
  sources: CellSources,
  ownFile: string,
): ExecutionFailure {
  try {
    if (!types.isNativeError(error) && !(error instanceof Error)) return describeThrown(error);
    const stack = typeof error.stack === "string" ? error.stack : "";
    const trimmed = trim(stack, sources, ownFile);
    return {
      name: cut(String(error.name || "Error"), maxNameLength),
      message: cut(String(error.message), maxTextLength),
      traceback: frames(trimmed, sources),
      text: cut(`Uncaught ${inspectWith(error, stack, trimmed)}\n`, maxTextLength),
    };
  } catch {
    return describeBarely(error);
  }
}

/** What can be said without calling code of the user's. */
export function describeBarely(error: unknown): ExecutionFailure {
  const name = types.isNativeError(error) ? "Error" : typeof error;
  const message = "<could not be described>";
  return { name, message, traceback: [], text: `Uncaught ${name}: ${message}\n` };
}

export function describeInvalidCell(
  { message, line, text }: InvalidCell,
  file: string,
  source: string,
): ExecutionFailure {
  return {
    name: "SyntaxError",
    message,
    traceback: [{ file, line, function: "", source: cut(source.trim(), maxSourceLength) }],
    text,
  };
}

/** `throw 5`: there is a value, and no place. */
function describeThrown(value: unknown): ExecutionFailure {
  const text = inspect(value);
  return {
    name: "Uncaught",
    message: cut(text, maxTextLength),
    traceback: [],
    text: cut(`Uncaught ${text}\n`, maxTextLength),
  };
}

/** The error as Node shows it, with its cause and properties, without frames of ours. */
function inspectWith(error: Error, stack: string, trimmed: string): string {
  const text = inspect(error);
  return stack !== "" && text.includes(stack) ? text.replace(stack, () => trimmed) : text;
}

/** Without frames of ours, and what lies below the last of them: Node's way into our code. */
function trim(stack: string, sources: CellSources, ownFile: string): string {
  const lines = stack.split("\n");
  const isOurs = (line: string) => line.includes(ownFile) && frameLine.test(line);
  const last = lines.findLastIndex(isOurs);
  const isBelow = lines.slice(last + 1).every((line) => line.includes("node:"));
  return lines
    .slice(0, last >= 0 && isBelow ? last : lines.length)
    .filter((line) => !isOurs(line) && !line.includes("Script.runInThisContext (node:vm:"))
    .map((line) => sources.originalLine(line))
    .join("\n");
}

function frames(stack: string, sources: CellSources): ExecutionFailure["traceback"] {
  const found: ExecutionFailure["traceback"] = [];
  for (const line of stack.split("\n")) {
    const [, name = "", file = "", number = "0"] = frameLine.exec(line) ?? [];
    if (file === "" || found.length >= maxFrames) continue;
    found.push({
      file: cut(file, maxNameLength),
      line: Math.min(Number(number), 2 ** 31 - 1),
      function: cut(name, maxNameLength),
      source: cut(sources.line(file, Number(number)).trim(), maxSourceLength),
    });
  }
  return found;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
