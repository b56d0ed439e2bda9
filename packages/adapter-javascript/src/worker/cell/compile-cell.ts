import type { Program, Statement } from "acorn";
import { Script, constants } from "node:vm";
import { withPristineRealm } from "../realm/pristine-realm.ts";
import type { Cell, InvalidCell, Position, PositionMap, Step } from "./cell.ts";
import { type ScriptText, splitIntoScripts } from "./cell-scripts.ts";
import { ColumnShifts } from "./column-shifts.ts";
import { findAssignments } from "./constant-assignments.ts";
import { findDeclarations } from "./declarations.ts";
import { guardPrefix } from "./guard-prefix.ts";
import { replaceImportMeta } from "./import-meta.ts";
import { describeInvalid, parseV8Error } from "./invalid-cell.ts";
import { takeModuleSyntax } from "./module-syntax.ts";
import { SourceEdits } from "./source-edits.ts";
import { positionAt, SourceLines } from "./source-position.ts";
import { findDynamicImports } from "./dynamic-imports.ts";
import { type ParsedCell, parseCell } from "./parse-cell.ts";

export interface CompileOptions {
  /** What stack traces call the cell, such as `<cell 3>`. */
  readonly fileName: string;
  /** Constants of the cells before it. @default none */
  readonly constants?: ReadonlySet<string>;
  /** Whether what is no JavaScript is tried as TypeScript. @default true */
  readonly typescript?: boolean;
  /**
   * A global function that is called with what each `await` at top level has waited for, answers it, and may throw: so that code
   * which was interrupted as it waited does not go on. @default none
   */
  readonly resumptionCheck?: string;
}

const fixedNames = new Set(["undefined", "NaN", "Infinity"]);

/**
 * Makes scripts of a cell, to be run one after the other in one realm, as a REPL does: what it declares at top level are
 * properties of the global object, which stay and may be declared again as anything else; `await`, `import` and `using` may
 * stand at top level; the last expression is the result. Runs nothing.
 */
export function compileCell(source: string, options: CompileOptions): Cell | InvalidCell {
  return withPristineRealm(() => compile(source, options));
}

function compile(source: string, options: CompileOptions): Cell | InvalidCell {
  const parsed = parseCell(source, options.fileName, options.typescript ?? true);
  if ("status" in parsed) return parsed;
  try {
    return build(parsed, options);
  } catch (error) {
    const position = placeOf(error, parsed);
    if (position === null) throw error;
    const mapped = parsed.originalPosition?.(position.position) ?? position.position;
    return describeInvalid(source, options.fileName, position.message, mapped);
  }
}

function build(parsed: ParsedCell, options: CompileOptions): Cell {
  const { program, source, originalPosition } = parsed;
  const { fileName, constants: earlier = new Set<string>() } = options;
  const edits = new SourceEdits(source);
  const { imports, statements } = takeModuleSyntax(program, source, edits);
  const declarations = findDeclarations(statements, source);
  const fixed = declarations.find(({ kind, name }) => kind !== "var" && fixedNames.has(name));
  if (fixed) throw new Refusal(`Identifier '${fixed.name}' has already been declared`, 0);
  const names = constantsOf(declarations, imports, earlier);
  const guardedConstants = guard(program, names, edits);
  if (source.includes("meta")) replaceImportMeta(program, source, edits);
  const isStrict = hasStrictDirective(program);
  const head = isStrict ? '"use strict";' : "";
  const { resumptionCheck = null } = options;
  const scripts = splitIntoScripts(statements, source, edits, resumptionCheck);
  const lines = new SourceLines(source);
  const shifts = new ColumnShifts(lines, edits.shifts());
  return {
    status: "ok",
    fileName,
    imports,
    dynamicImports: source.includes("import(") ? findDynamicImports(program) : [],
    declarations,
    guardedConstants,
    isStrict,
    isWaiting: imports.length > 0 || scripts.some(isWaiting),
    steps: scripts.map((script) =>
      compileStep(script, head, { lines, shifts, shift: parsed.shift, fileName }),
    ),
    hasResult: hasResult(statements.at(-1), parsed),
    originalPosition: shifts.isEmpty ? originalPosition : positionBefore(shifts, parsed),
  };
}

function isWaiting({ isAsync, resources }: ScriptText): boolean {
  return isAsync || resources.length > 0;
}

/** What the place of a script is known from. */
interface Places {
  readonly lines: SourceLines;
  readonly shifts: ColumnShifts;
  readonly shift: number;
  readonly fileName: string;
}

function compileStep(script: ScriptText, head: string, places: Places): Step {
  const position = places.lines.positionAt(script.start);
  const { line, column } = position;
  const before = head + script.before;
  const shift = places.shifts.before(position) - (line === 1 ? places.shift : 0);
  return {
    script: new Script(before + script.text, {
      filename: places.fileName,
      lineOffset: line - 1,
      columnOffset: column - 1 - before.length + shift,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }),
    isAsync: script.isAsync,
    resources: script.resources,
  };
}

/** Places of scripts in the source, first without what was inserted, then as they were before types were taken out. */
function positionBefore(
  shifts: ColumnShifts,
  { shift, originalPosition }: ParsedCell,
): PositionMap {
  return ({ line, column }) => {
    const before = line === 1 ? shift : 0;
    const found = shifts.original({ line, column: column + before });
    const position = { line, column: found.column - before };
    return originalPosition ? originalPosition(position) : position;
  };
}

function constantsOf(
  declarations: Cell["declarations"],
  imports: Cell["imports"],
  earlier: ReadonlySet<string>,
): ReadonlySet<string> {
  const names = new Set(earlier);
  for (const { name, kind } of declarations) {
    if (kind === "const" || kind === "using") names.add(name);
    else names.delete(name);
  }
  for (const { names: imported } of imports) for (const { local } of imported) names.add(local);
  return names;
}

/** Makes what assigns to a constant assign to its guard, which throws. */
function guard(
  program: Program,
  names: ReadonlySet<string>,
  edits: SourceEdits,
): readonly string[] {
  if (names.size === 0) return [];
  const guarded = new Set<string>();
  for (const { target, isShorthand } of findAssignments(program, names)) {
    const { name, start, end } = target;
    edits.replace(start, end, `${isShorthand ? `${name}: ` : ""}${guardPrefix}${name}`);
    guarded.add(name);
  }
  return [...guarded];
}

function hasResult(last: Statement | undefined, { program }: ParsedCell): boolean {
  return last !== undefined && last === program.body.at(-1) && !last.type.endsWith("Declaration");
}

function hasStrictDirective(program: Program): boolean {
  return program.body.some(
    (node) =>
      node.type === "ExpressionStatement" && "directive" in node && node.directive === "use strict",
  );
}

/** Something that is wrong with a source, at an offset of it. */
class Refusal extends Error {
  readonly pos: number;

  constructor(message: string, pos: number) {
    super(message);
    this.pos = pos;
  }
}

function placeOf(
  error: unknown,
  { source }: ParsedCell,
): { message: string; position: Position } | null {
  if (typeof error !== "object" || error === null) return null;
  if ("pos" in error && typeof error.pos === "number" && error instanceof Error) {
    return { message: error.message, position: positionAt(source, error.pos) };
  }
  return "name" in error && error.name === "SyntaxError" ? parseV8Error(error) : null;
}
