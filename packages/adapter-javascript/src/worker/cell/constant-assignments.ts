import type { AnyNode, Identifier, Program } from "acorn";
import { declaredIn } from "./scopes.ts";
import { forEachChild } from "./syntax-nodes.ts";

/** An assignment to a name of the top level. */
export interface Assignment {
  readonly target: Identifier;
  /** `({ x } = y)`: the name stands for the key as well. */
  readonly isShorthand: boolean;
}

/** Names of the functions, blocks and classes around a place, the innermost last; none of the top level. */
type Scopes = readonly ReadonlySet<string>[];

/** Where a program assigns to one of these names, as the names of its top level or of cells before it. */
export function findAssignments(program: Program, names: ReadonlySet<string>): Assignment[] {
  const found: Assignment[] = [];
  for (const statement of program.body) visit(statement, []);
  return found;

  function visit(node: AnyNode, scopes: Scopes): void {
    const own = declaredIn(node);
    const inner = own.length === 0 ? scopes : [...scopes, new Set(own)];
    for (const pattern of targetsOf(node)) collect(pattern, inner, false);
    forEachChild(node, (child) => visit(child, inner));
  }

  function collect(pattern: AnyNode, scopes: Scopes, isShorthand: boolean): void {
    switch (pattern.type) {
      case "Identifier":
        if (names.has(pattern.name) && !scopes.some((scope) => scope.has(pattern.name))) {
          found.push({ target: pattern, isShorthand });
        }
        break;
      case "ObjectPattern":
        for (const property of pattern.properties) {
          if (property.type === "Property") collect(property.value, scopes, property.shorthand);
          else collect(property.argument, scopes, false);
        }
        break;
      case "ArrayPattern":
        for (const element of pattern.elements) if (element) collect(element, scopes, false);
        break;
      case "AssignmentPattern":
        collect(pattern.left, scopes, isShorthand);
        break;
      case "RestElement":
        collect(pattern.argument, scopes, false);
        break;
      default: // a member, which is no name
    }
  }
}

function targetsOf(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case "AssignmentExpression":
      return [node.left];
    case "UpdateExpression":
      return [node.argument];
    case "ForInStatement":
    case "ForOfStatement":
      return node.left.type === "VariableDeclaration" ? [] : [node.left];
    default:
      return [];
  }
}
