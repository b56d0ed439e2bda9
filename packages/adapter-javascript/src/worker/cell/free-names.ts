import type { AnyNode } from "acorn";
import { declaredIn } from "./scopes.ts";
import { forEachChild } from "./syntax-nodes.ts";

type Scopes = readonly ReadonlySet<string>[];

/** The names that code uses and does not declare itself. */
export function findFreeNames(root: AnyNode): ReadonlySet<string> {
  const found = new Set<string>();
  visit(root, []);
  return found;

  function visit(node: AnyNode, scopes: Scopes): void {
    const own = declaredIn(node);
    const inner = own.length === 0 ? scopes : [...scopes, new Set(own)];
    if (node.type === "Identifier") {
      if (!scopes.some((scope) => scope.has(node.name))) found.add(node.name);
      return;
    }
    if (node.type === "MetaProperty") return;
    const skipped = keyOf(node);
    forEachChild(node, (child) => {
      if (child !== skipped) visit(child, inner);
    });
  }
}

/** The part of a node that is a name of something else than a variable. */
function keyOf(node: AnyNode): AnyNode | null {
  switch (node.type) {
    case "MemberExpression":
      return node.computed ? null : node.property;
    case "Property":
      // In `{ a }` the key is the value too.
      return node.computed || node.shorthand ? null : node.key;
    case "MethodDefinition":
    case "PropertyDefinition":
      return node.computed ? null : node.key;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return node.label ?? null;
    default:
      return null;
  }
}
