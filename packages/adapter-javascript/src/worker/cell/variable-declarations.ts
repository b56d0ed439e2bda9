import type { AnyNode, VariableDeclaration } from "acorn";
import { forEachChild, isFunction } from "./syntax-nodes.ts";

/** A `var` declaration and the node that it stands in. */
export interface VariableStatement {
  readonly declaration: VariableDeclaration;
  readonly parent: AnyNode;
}

/** All `var` declarations that reach the top level, out of blocks and loops too. */
export function findVariables(node: AnyNode, parent: AnyNode = node): VariableStatement[] {
  if (isFunction(node) || node.type === "StaticBlock") return [];
  const found: VariableStatement[] = [];
  if (node.type === "VariableDeclaration" && node.kind === "var") {
    found.push({ declaration: node, parent });
  }
  // Of expressions only functions and static blocks of classes hold statements, and those are left out.
  if (!isStatementLike(node)) return found;
  forEachChild(node, (child) => {
    for (const one of findVariables(child, node)) found.push(one);
  });
  return found;
}

function isStatementLike({ type }: AnyNode): boolean {
  return (
    type === "Program" ||
    type.endsWith("Statement") ||
    type === "SwitchCase" ||
    type === "CatchClause"
  );
}
