import type { Program } from "acorn";
import type { InvalidCell, PositionMap } from "./cell.ts";
import { isParseError, type ParseError, parseProgram } from "./cell-parser.ts";
import { describeInvalid, invalidCell } from "./invalid-cell.ts";
import { looksGeneric, type Stripped, stripTypes } from "./typescript-source.ts";

/** A source that acorn has taken. */
export interface ParsedCell {
  readonly source: string;
  readonly program: Program;
  /** Characters that were put in front of the source. */
  readonly shift: number;
  readonly originalPosition: PositionMap | null;
}

/** A source as JavaScript, or else as TypeScript, or what is wrong with it. */
export function parseCell(
  source: string,
  fileName: string,
  typescript: boolean,
): ParsedCell | InvalidCell {
  const plain = tryParse(source);
  if (!isParseError(plain) && !(typescript && looksGeneric(plain.program, source))) return plain;
  if (typescript) {
    const stripped = stripTypes(source);
    const again = "code" in stripped ? parseStripped(source, stripped) : null;
    if (again !== null && !isParseError(again)) return again;
    // Who got further knows better what was meant.
    if (isParseError(plain) && "position" in stripped && stripped.pos > plain.pos) {
      const invalid = describeInvalid(source, fileName, stripped.message, stripped.position);
      return { ...invalid, isIncomplete: stripped.isIncomplete };
    }
  }
  return isParseError(plain) ? invalidCell(source, fileName, plain) : plain;
}

function parseStripped(
  source: string,
  { code, originalPosition }: Stripped,
): ParsedCell | ParseError {
  const again = tryParse(code);
  if (isParseError(again) || originalPosition === null) return again;
  return { ...again, originalPosition };
}

/** As Node's REPL: what begins with a brace and does not end in a semicolon is an object, if it can be one. */
function tryParse(source: string): ParsedCell | ParseError {
  if (/^\s*\{/.test(source) && !/;\s*$/.test(source)) {
    const object = tryProgram(`(${source}\n)`);
    if (!isParseError(object)) return parsedAs(`(${source}\n)`, object, 1);
  }
  const program = tryProgram(source);
  return isParseError(program) ? program : parsedAs(source, program, 0);
}

function parsedAs(source: string, program: Program, shift: number): ParsedCell {
  return { source, program, shift, originalPosition: null };
}

function tryProgram(source: string): Program | ParseError {
  try {
    return parseProgram(source);
  } catch (error) {
    if (isParseError(error)) return error;
    throw error;
  }
}
