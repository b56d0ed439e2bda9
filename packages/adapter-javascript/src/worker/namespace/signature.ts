import { type AnyNode, parseExpressionAt } from "acorn";
import { isClass } from "../values/type-name.ts";
import { sourceOf } from "./source-of.ts";

const mostSource = 200_000;

/** How a function is called, as it was written: `async add(a, b = 2)`, `class A extends B (x)`. */
export function signatureOf(name: string, value: object): string {
  const source = sourceOf(value);
  const known = source === null ? null : parametersOf(source);
  const parameters = known ?? (source === null ? "(…) [native code]" : "(…)");
  if (!isClass(value)) {
    const isAsync = source?.startsWith("async") === true;
    return `${isAsync ? "async " : ""}${name}${parameters}`;
  }
  const parent = /^class\s+[^{]*?\bextends\s+([^{]+?)\s*\{/.exec(source ?? "")?.[1];
  return `class ${name}${parent === undefined ? "" : ` extends ${parent}`}${parameters}`;
}

function parametersOf(source: string): string | null {
  if (source.length > mostSource) return null;
  for (const [before, after] of [
    ["(", ")"],
    ["({", "})"], // a method
  ] as const) {
    try {
      const text = before + source + after;
      const node: AnyNode = parseExpressionAt(text, 0, { ecmaVersion: "latest" });
      const list = parameterNodes(node);
      if (list !== null)
        return `(${list.map(({ start, end }) => text.slice(start, end)).join(", ")})`;
    } catch {
      // neither this
    }
  }
  return null;
}

function parameterNodes(node: AnyNode): readonly AnyNode[] | null {
  switch (node.type) {
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return node.params;
    case "ObjectExpression": {
      const [property] = node.properties;
      return property?.type === "Property" ? parameterNodes(property.value) : null;
    }
    case "ClassExpression": {
      const made = node.body.body.find(
        (member) => member.type === "MethodDefinition" && member.kind === "constructor",
      );
      return made?.type === "MethodDefinition" ? parameterNodes(made.value) : [];
    }
    default:
      return null;
  }
}
