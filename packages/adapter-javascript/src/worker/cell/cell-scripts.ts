import type { ClassDeclaration, Statement } from "acorn";
import type { Resource } from "./cell.ts";
import { editDeclaration, editVariable } from "./declaration-edits.ts";
import { checkResumptions } from "./resumption-checks.ts";
import type { SourceEdits } from "./source-edits.ts";
import { blank } from "./source-position.ts";
import { namesOf } from "./syntax-nodes.ts";
import { awaitsAtTopLevel } from "./top-level-await.ts";
import { findVariables } from "./variable-declarations.ts";

/** The text of a step. */
export interface ScriptText {
  /** Of the source; what stands before it is `before`. */
  readonly start: number;
  readonly before: string;
  readonly text: string;
  readonly isAsync: boolean;
  readonly resources: readonly Resource[];
}

type Kind = "plain" | "using" | "class" | "async";

interface Run {
  readonly kind: Kind;
  readonly statements: Statement[];
}

/**
 * Splits statements into scripts, one after the other. Functions are declared first, as they would be in one script; a class,
 * which has to be assigned, and whatever waits are scripts of their own, and what lies between them one script. So nothing in
 * a line moves, but for checks after `await`: what has to be put in front of code is put in front of a script.
 * @param resumptionCheck a global function that is called after each `await`
 */
export function splitIntoScripts(
  statements: readonly Statement[],
  source: string,
  edits: SourceEdits,
  resumptionCheck: string | null,
): readonly ScriptText[] {
  const mayWait = source.includes("await");
  const kinds = new Map(statements.map((one) => [one, kindOfStatement(one, mayWait)]));
  for (const [statement, kind] of kinds) {
    editStatement(statement, kind, source, edits);
    if (kind === "async" && resumptionCheck !== null) {
      checkResumptions(statement, resumptionCheck, edits);
    }
  }
  // V8 declares the functions of a script itself, before it runs.
  if (statements.every((statement) => kinds.get(statement) === "plain")) {
    return statements.length === 0 ? [] : [script({ kind: "plain", statements: [...statements] })];
  }
  const functions = statements.filter(({ type }) => type === "FunctionDeclaration");
  const declared = functions.length > 0 ? [declareFunctions(functions, source, edits)] : [];
  const others = statements.filter(({ type }) => type !== "FunctionDeclaration");
  return [...declared, ...groupStatements(others, kinds).map(script)];

  function script(run: Run): ScriptText {
    const start = run.statements[0]?.start ?? 0;
    const text = edits.take(start, run.statements.at(-1)?.end ?? 0);
    const resources = run.statements.flatMap(resourcesOf);
    const common = { start, text, before: "", isAsync: false, resources };
    const [only] = run.statements;
    if (run.kind === "class") return { ...common, before: assigned(only) };
    if (run.kind !== "async") return common;
    if (only?.type === "ExpressionStatement" && only === statements.at(-1)) {
      const expression = text.endsWith(";") ? text.slice(0, -1) : text;
      return { ...common, before: "(async()=>[(", text: `${expression}\n)])`, isAsync: true };
    }
    const before = `(async()=>{${only?.type === "ClassDeclaration" ? assigned(only) : ""}`;
    return { ...common, before, text: `${text}\n})`, isAsync: true };
  }
}

function kindOfStatement(statement: Statement, mayWait: boolean): Kind {
  if (mayWait && awaitsAtTopLevel(statement)) return "async";
  if (statement.type === "ClassDeclaration") return "class";
  const isUsing = statement.type === "VariableDeclaration" && statement.kind.endsWith("using");
  return isUsing ? "using" : "plain";
}

function groupStatements(
  statements: readonly Statement[],
  kinds: ReadonlyMap<Statement, Kind>,
): readonly Run[] {
  const runs: Run[] = [];
  for (const statement of statements) {
    const kind = kinds.get(statement) ?? "plain";
    const last = runs.at(-1);
    if (kind === "plain" && last?.kind === "plain") last.statements.push(statement);
    else runs.push({ kind, statements: [statement] });
  }
  return runs;
}

function editStatement(statement: Statement, kind: Kind, source: string, edits: SourceEdits): void {
  if (statement.type === "VariableDeclaration" && statement.kind !== "var") {
    editDeclaration(statement, source, edits);
  }
  // In a script `var` is what it should be; the async function around what waits would keep it.
  if (kind !== "async") return;
  for (const variable of findVariables(statement)) editVariable(variable, source, edits);
}

function resourcesOf(statement: Statement): readonly Resource[] {
  if (statement.type !== "VariableDeclaration" || !statement.kind.endsWith("using")) return [];
  const isAsync = statement.kind === "await using";
  return statement.declarations.flatMap(({ id }) => namesOf(id).map((name) => ({ name, isAsync })));
}

/** A script of functions, each in its place, and takes them out of theirs. */
function declareFunctions(
  functions: readonly Statement[],
  source: string,
  edits: SourceEdits,
): ScriptText {
  const start = functions[0]?.start ?? 0;
  let text = "";
  let at = start;
  for (const one of functions) {
    text += blank(source.slice(at, one.start)) + edits.take(one.start, one.end);
    at = one.end;
  }
  for (const one of functions) edits.blank(one.start, one.end);
  return { start, before: "", text, isAsync: false, resources: [] };
}

function assigned(statement: Statement | undefined): string {
  return `${(statement as ClassDeclaration).id.name}=`;
}
