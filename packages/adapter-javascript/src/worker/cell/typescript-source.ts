import type { AnyNode, Program } from "acorn";
import { createRequire, SourceMap } from "node:module";
import type { Position, PositionMap } from "./cell.ts";
import { forEachChild } from "./syntax-nodes.ts";

/** JavaScript, and where its places were. Without `originalPosition` they are where they were. */
export interface Stripped {
  readonly code: string;
  readonly originalPosition: PositionMap | null;
}

/** Why a source is no TypeScript. */
export interface NoTypeScript {
  readonly message: string;
  readonly position: Position;
  readonly pos: number;
  readonly isIncomplete: boolean;
}

type Amaro = typeof import("amaro");

const wide =
  /[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\u{20000}-\u{3FFFD}]/u;
const combining = /\p{Mn}/u;

/** What amaro throws: a plain object; lines count from 1, columns from 0, as wide as a terminal shows them. */
interface AmaroError {
  readonly code: string;
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
}

let amaro: Amaro | null = null;

/**
 * Takes the types out of TypeScript. Types become spaces, so that everything else keeps its place; only a source with something
 * that is more than a type (`enum`, `namespace`, parameter properties, `<T>x`) is printed anew, with a map of its places.
 */
export function stripTypes(source: string): Stripped | NoTypeScript {
  amaro ??= createRequire(import.meta.url)("amaro") as Amaro;
  try {
    return {
      code: amaro.transformSync(source, { mode: "strip-only" }).code,
      originalPosition: null,
    };
  } catch (error) {
    if ((error as AmaroError).code !== "UnsupportedSyntax") return noTypeScript(source, error);
  }
  try {
    const { code, map = "{}" } = amaro.transformSync(source, {
      mode: "transform",
      sourceMap: true,
    });
    return { code, originalPosition: positionMap(map) };
  } catch (error) {
    return noTypeScript(source, error);
  }
}

/**
 * Whether JavaScript may well have been meant as TypeScript: `f<string>(x)` compares twice in the one and calls in the other.
 */
export function looksGeneric(node: Program | AnyNode, source: string): boolean {
  if (!source.includes("<")) return false;
  if (
    node.type === "BinaryExpression" &&
    node.operator === ">" &&
    node.left.type === "BinaryExpression" &&
    node.left.operator === "<" &&
    node.left.start === node.start &&
    /^\s*>\s*\($/.test(source.slice(node.left.end, node.right.start))
  ) {
    return true;
  }
  let found = false;
  forEachChild(node, (child) => {
    found ||= looksGeneric(child, source);
  });
  return found;
}

function positionMap(json: string): PositionMap {
  const map = new SourceMap(JSON.parse(json));
  return ({ line, column }) => {
    const entry = map.findEntry(line - 1, column - 1);
    return "originalLine" in entry
      ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
      : null;
  };
}

function noTypeScript(source: string, error: unknown): NoTypeScript {
  const { message, startLine, startColumn } = error as AmaroError;
  const lines = source.split("\n");
  const before = lines.slice(0, startLine - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const offset = offsetOfColumn(lines[startLine - 1] ?? "", startColumn);
  const pos = before + offset;
  return {
    message,
    position: { line: startLine, column: offset + 1 },
    pos,
    isIncomplete: /eof/.test(message) || source.slice(pos).trim() === "",
  };
}

/** The offset of a column of amaro's: as wide as a terminal shows what stands before it, and one more for each pair. */
function offsetOfColumn(line: string, column: number): number {
  let width = 0;
  let offset = 0;
  for (const character of line) {
    if (width >= column) break;
    width += widthOf(character) + character.length - 1;
    offset += character.length;
  }
  return offset;
}

function widthOf(character: string): number {
  if (character === "\t") return 4;
  if (wide.test(character)) return 2;
  return combining.test(character) ? 0 : 1;
}
