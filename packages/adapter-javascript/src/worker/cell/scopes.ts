import type { AnyNode } from "acorn";
import { namesOf } from "./syntax-nodes.ts";
import { findVariables } from "./variable-declarations.ts";

/** The names that can be seen in a node and not around it. */
export function declaredIn(node: AnyNode): readonly string[] {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression": {
      const own = node.type === "FunctionExpression" && node.id ? [node.id.name] : [];
      return [...own, ...node.params.flatMap(namesOf), ...variablesIn(node.body)];
    }
    case "BlockStatement":
      return node.body.flatMap(lexicalNames);
    case "StaticBlock":
      return node.body.flatMap((statement) => [
        ...lexicalNames(statement),
        ...variablesIn(statement),
      ]);
    case "SwitchStatement":
      return node.cases.flatMap(({ consequent }) => consequent.flatMap(lexicalNames));
    case "ForStatement":
      return node.init ? lexicalNames(node.init) : [];
    case "ForInStatement":
    case "ForOfStatement":
      return lexicalNames(node.left);
    case "CatchClause":
      return namesOf(node.param ?? null);
    case "ClassExpression":
    case "ClassDeclaration":
      return node.id ? [node.id.name] : [];
    default:
      return [];
  }
}

function variablesIn(body: AnyNode): readonly string[] {
  return findVariables(body).flatMap(({ declaration }) =>
    declaration.declarations.flatMap(({ id }) => namesOf(id)),
  );
}

function lexicalNames(node: AnyNode): readonly string[] {
  if (node.type === "VariableDeclaration" && node.kind !== "var") {
    return node.declarations.flatMap(({ id }) => namesOf(id));
  }
  if (node.type === "ClassDeclaration" || node.type === "FunctionDeclaration") {
    return node.id ? [node.id.name] : [];
  }
  return [];
}
