import type { AnyNode } from "acorn";
import { forEachChild, isFunction } from "./syntax-nodes.ts";

/** Whether a statement waits itself, not in a function of its own. */
export function awaitsAtTopLevel(node: AnyNode): boolean {
  if (isFunction(node)) return false;
  if (node.type === "AwaitExpression") return true;
  if (node.type === "ForOfStatement" && node.await) return true;
  if (node.type === "VariableDeclaration" && node.kind === "await using") return true;
  let found = false;
  forEachChild(node, (child) => {
    found ||= awaitsAtTopLevel(child);
  });
  return found;
}
