import type { Statement } from "acorn";
import type { Declaration } from "./cell.ts";
import { namesOf } from "./syntax-nodes.ts";
import { findVariables } from "./variable-declarations.ts";

/** What the statements of a program declare at top level, each name once, as it was declared last. */
export function findDeclarations(
  statements: readonly Statement[],
  source: string,
): readonly Declaration[] {
  const found = new Map<string, Declaration>();
  const mayHaveDocs = source.includes("/**");
  for (const statement of statements) {
    const doc = mayHaveDocs ? docBefore(source, statement.start) : null;
    for (const { name, kind, isReset } of declaredBy(statement)) {
      found.set(name, { name, kind, isReset, doc });
    }
  }
  return [...found.values()];
}

function declaredBy(statement: Statement): readonly Omit<Declaration, "doc">[] {
  if (statement.type === "FunctionDeclaration") {
    return [{ name: statement.id.name, kind: "function", isReset: false }];
  }
  if (statement.type === "ClassDeclaration") {
    return [{ name: statement.id.name, kind: "class", isReset: false }];
  }
  if (statement.type === "VariableDeclaration" && statement.kind !== "var") {
    const kind = statement.kind === "await using" ? "using" : statement.kind;
    return statement.declarations.flatMap(({ id, init }) =>
      namesOf(id).map((name) => ({ name, kind, isReset: !init || kind === "using" })),
    );
  }
  return findVariables(statement).flatMap(({ declaration }) =>
    declaration.declarations.flatMap(({ id }) =>
      namesOf(id).map((name) => ({ name, kind: "var" as const, isReset: false })),
    ),
  );
}

/** The text of the JSDoc comment that ends in front of this offset. */
function docBefore(source: string, offset: number): string | null {
  // `export` and `async` may stand between, which belong to the declaration.
  const before = source.slice(0, offset).replace(/(?:\bexport|\bdefault|\s)+$/, "");
  if (!before.endsWith("*/")) return null;
  const start = before.lastIndexOf("/*");
  if (!before.startsWith("/**", start) || before.length - start < 5) return null;
  return before
    .slice(start + 3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}
