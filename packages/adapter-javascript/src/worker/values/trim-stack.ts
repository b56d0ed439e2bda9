import { types } from "node:util";
import type { CellSources } from "./cell-sources.ts";
import { findProperty } from "./find-property.ts";
import { parseFrame } from "./stack-frames.ts";

export interface TrimOptions {
  readonly sources: CellSources;
  /** Whether a file of a stack is the worker's own, to be left out. */
  readonly isOurs: (file: string) => boolean;
}

const { isNativeError, isProxy } = types;
const { isArray } = Array;

const mostErrors = 100;
/** Files of Node's that stand between code and what has called it. */
const internal = /^node:(?:internal\/|(?:vm|diagnostics_channel|async_hooks)$)/;

/** Their stacks tell places of sources already. */
const trimmedErrors = new WeakSet<Error>();

/**
 * Takes the frames that are ours or Node's inside off the stack of an error, its causes and the errors that it holds, and puts
 * places into those of the cells' sources: as `stack` is read from now on. Runs a `stack` getter of the user's.
 */
export function trimStack(error: Error, options: TrimOptions): void {
  trimWithin(error, options, new Set());
}

function trimWithin(error: Error, options: TrimOptions, seen: Set<Error>): void {
  if (seen.has(error) || seen.size >= mostErrors || trimmedErrors.has(error)) return;
  seen.add(error);
  trimmedErrors.add(error);
  const { stack } = error;
  if (typeof stack === "string") {
    const trimmed = trimLines(stack.split("\n"), options).join("\n");
    if (trimmed !== stack) Reflect.set(error, "stack", trimmed);
  }
  for (const held of heldErrors(error)) trimWithin(held, options, seen);
}

function trimLines(lines: readonly string[], options: TrimOptions): readonly string[] {
  const kept: string[] = [];
  let end = 0;
  for (const line of lines) {
    const isFrame = /^\s*at /.test(line);
    const frame = isFrame ? parseFrame(line) : null;
    if (frame !== null && isInternal(frame.file, options)) continue;
    kept.push(frame === null ? line : toSource(line, frame, options));
    // What is of the language itself at the end, such as `new Promise (<anonymous>)`, was called by us.
    if (!isFrame || frame !== null) end = kept.length;
  }
  return kept.slice(0, end);
}

function isInternal(file: string, { isOurs }: TrimOptions): boolean {
  return internal.test(file) || isOurs(file);
}

function toSource(
  text: string,
  { file, line, column }: NonNullable<ReturnType<typeof parseFrame>>,
  { sources }: TrimOptions,
): string {
  const place = sources.originalPosition(file, { line, column });
  return text.replace(`${file}:${line}:${column}`, () => `${file}:${place.line}:${place.column}`);
}

function heldErrors(error: Error): readonly Error[] {
  const held: unknown[] = [];
  for (const key of ["cause", "errors", "error", "suppressed"]) {
    const found = findProperty(error, key);
    if (found.kind !== "value") continue;
    if (isArray(found.value) && !isProxy(found.value))
      held.push(...found.value.slice(0, mostErrors));
    else held.push(found.value);
  }
  return held.filter((one) => isNativeError(one) && !isProxy(one)) as Error[];
}
