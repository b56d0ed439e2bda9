import type { AnyNode } from "acorn";
import { forEachChild, isFunction } from "./syntax-nodes.ts";

/** The specifiers of `import("…")` outside functions, as far as they are plain text. */
export function findDynamicImports(node: AnyNode): readonly string[] {
  if (isFunction(node)) return [];
  const found: string[] = [];
  if (node.type === "ImportExpression" && node.source.type === "Literal") {
    if (typeof node.source.value === "string") found.push(node.source.value);
  }
  forEachChild(node, (child) => {
    for (const one of findDynamicImports(child)) found.push(one);
  });
  return found;
}
