import type { Position } from "../cell/cell.ts";

/** A line of a stack trace. */
export interface StackFrame extends Position {
  readonly file: string;
  /** Empty for code of no function. */
  readonly functionName: string;
}

const frameLine = /^\s*at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/;

/** What a stack says, the innermost frame first; frames without a place, which are of the language itself, are left out. */
export function framesOf(stack: unknown): readonly StackFrame[] {
  if (typeof stack !== "string") return [];
  return stack.split("\n").flatMap((line) => parseFrame(line) ?? []);
}

/** What a line of a stack says; `null` for one that names no place. */
export function parseFrame(text: string): StackFrame | null {
  const found = frameLine.exec(text);
  if (found === null) return null;
  const [, functionName = "", file = "", line, column] = found;
  return {
    file: file.replace(/^async /, ""),
    functionName: functionName === "<anonymous>" ? "" : functionName.replace(/^async /, ""),
    line: Number(line),
    column: Number(column),
  };
}
