import type { ExecutionFailure } from "@holdfast/core";
import { inspect, types } from "node:util";
import { withPristineRealm } from "../realm/pristine-realm.ts";
import type { InvalidCell } from "../cell/cell.ts";
import type { CellSources } from "./cell-sources.ts";
import { errorName } from "./encode-error.ts";
import { textProperty } from "./find-property.ts";
import { describeThrown, safeInspect } from "./safe-inspect.ts";
import { framesOf, type StackFrame } from "./stack-frames.ts";
import { trimStack, type TrimOptions } from "./trim-stack.ts";
import { typeName } from "./type-name.ts";
import { cut, sayable } from "./wire-text.ts";

const { isNativeError, isProxy } = types;

const mostFrames = 200;
const mostText = 4 * 1024 * 1024;
const mostSourceLine = 4096;

export type FailureOptions = TrimOptions;

/**
 * What was thrown as the session reports it: the outermost frame first, without frames of ours and of Node's inside. `text` is what
 * Node prints of an uncaught error, causes and the errors of an `AggregateError` with it. Calls user code (`stack`, `message`,
 * `util.inspect.custom`). Throws nothing.
 */
export function describeFailure(thrown: unknown, options: FailureOptions): ExecutionFailure {
  return withPristineRealm(() => describe(thrown, options));
}

function describe(thrown: unknown, options: FailureOptions): ExecutionFailure {
  try {
    return isError(thrown) ? describeError(thrown, options) : describeOther(thrown);
  } catch (error) {
    return describeBarely(thrown, error);
  }
}

/** The same of source that is no code. */
export function describeInvalidCell(
  { message, line, text }: InvalidCell,
  fileName: string,
  sources: CellSources,
): ExecutionFailure {
  const source = withPristineRealm(() => sources.lineOf(fileName, line))
    .slice(0, mostSourceLine)
    .trim();
  const frame = { file: fileName, line, function: "", source: sayable(source) };
  return {
    name: "SyntaxError",
    message: sayable(message),
    traceback: [frame],
    text: sayable(text),
  };
}

function isError(thrown: unknown): thrown is Error {
  return isNativeError(thrown) && !isProxy(thrown);
}

function describeError(error: Error, options: FailureOptions): ExecutionFailure {
  const { sources } = options;
  trimStack(error, options);
  const frames = framesOf(error.stack).slice(0, mostFrames);
  const text = inspect(error, { depth: 4, maxArrayLength: 100, maxStringLength: 100_000 });
  return {
    name: cut(errorName(error), 1000),
    message: cut(messageOf(error), mostText),
    traceback: frames.toReversed().map((frame) => ({
      file: sayable(frame.file),
      line: frame.line,
      function: sayable(frame.functionName),
      source: sayable(sources.lineOf(frame.file, frame.line).slice(0, mostSourceLine).trim()),
    })),
    text: cut(`${placeOf(frames[0], sources)}${text}\n`, mostText),
  };
}

function describeOther(thrown: unknown): ExecutionFailure {
  const message = safeInspect(thrown);
  return { name: typeName(thrown), message, traceback: [], text: `Uncaught ${message}\n` };
}

/** What can be said without calling any code of the error's. */
function describeBarely(thrown: unknown, reason: unknown): ExecutionFailure {
  const name = isError(thrown) ? errorName(thrown) : typeName(thrown);
  const known = isError(thrown) ? textProperty(thrown, "message") : "";
  const message = cut(known || `<could not be described: ${describeThrown(reason)}>`, mostText);
  return { name: cut(name, 1000), message, traceback: [], text: `${name}: ${message}\n` };
}

function messageOf(error: Error): string {
  const message: unknown = error.message;
  return typeof message === "string" ? message : safeInspect(message);
}

/** The line of a cell and a caret under it, as Node shows where an uncaught error was thrown. */
function placeOf(frame: StackFrame | undefined, sources: CellSources): string {
  if (frame === undefined || !sources.has(frame.file)) return "";
  const line = sources.lineOf(frame.file, frame.line);
  if (line === "" || line.length > 1000) return "";
  const caret = `${line.slice(0, frame.column - 1).replaceAll(/[^\t]/g, " ")}^`;
  return `${frame.file}:${frame.line}\n${line}\n${caret}\n\n`;
}
