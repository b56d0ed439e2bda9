import {
  type AnyNode,
  type Class,
  type MethodDefinition,
  parseExpressionAt,
  type PropertyDefinition,
} from "acorn";
import { findFreeNames } from "../cell/free-names.ts";
import { forEachChild, isFunction } from "../cell/syntax-nodes.ts";
import { sourceOf } from "../namespace/source-of.ts";

const { hasOwn } = Object;

/** What a function is made from. */
export interface FunctionSource {
  readonly source: string;
  readonly form: "expression" | "method" | "class";
  readonly isStrict: boolean;
  readonly freeNames: ReadonlySet<string>;
  /** Of a class: whether its instances have something private, which nobody can see or make. */
  readonly hasPrivateMembers: boolean;
  /** Of a class: keys of its own and of its prototype that its source defines; `null` where some are computed. */
  readonly staticKeys: ReadonlySet<string>;
  readonly memberKeys: ReadonlySet<string> | null;
}

/** Reads the source of a function; why it cannot be made from it, as text, where it cannot. */
export function readFunctionSource(value: object): FunctionSource | string {
  const source = sourceOf(value);
  if (source === null) return "it has no source";
  const parsed = parse(source);
  if (parsed === null) return "its source cannot be read";
  const { node, form } = parsed;
  if (form !== "class" && usesSuper(node)) return "it uses super";
  const isPlain = form === "expression" && node.type === "FunctionExpression";
  return {
    source,
    form,
    // Functions of sloppy code alone have these.
    isStrict: isPlain && !node.async && !node.generator && !hasOwn(value, "caller"),
    freeNames: new Set([...findFreeNames(node)].filter((name) => name !== "arguments")),
    ...membersOf(node),
  };
}

function parse(
  source: string,
): { readonly node: AnyNode; readonly form: FunctionSource["form"] } | null {
  const expression = tryParse(`(${source})`);
  if (expression?.type === "ClassExpression") return { node: expression, form: "class" };
  if (expression && isFunction(expression)) return { node: expression, form: "expression" };
  const holder = tryParse(`({${source}})`);
  if (holder?.type !== "ObjectExpression" || holder.properties.length !== 1) return null;
  return { node: holder, form: "method" };
}

function tryParse(text: string): AnyNode | null {
  try {
    return parseExpressionAt(text, 0, { ecmaVersion: "latest" });
  } catch {
    return null;
  }
}

function usesSuper(node: AnyNode): boolean {
  if (node.type === "Super") return true;
  if (node.type === "ClassExpression" || node.type === "ClassDeclaration") return false;
  let found = false;
  forEachChild(node, (child) => {
    found ||= usesSuper(child);
  });
  return found;
}

function membersOf(
  node: AnyNode,
): Pick<FunctionSource, "hasPrivateMembers" | "staticKeys" | "memberKeys"> {
  const members = node.type === "ClassExpression" ? keyedMembers(node) : [];
  const own = members.filter((member) => !member.static);
  const methods = own.filter(({ type }) => type === "MethodDefinition");
  return {
    hasPrivateMembers: own.some(({ key }) => key.type === "PrivateIdentifier"),
    staticKeys: new Set(
      members.flatMap((member) => (member.static && isMethod(member) ? keysOf(member) : [])),
    ),
    memberKeys: methods.some(({ computed }) => computed) ? null : new Set(methods.flatMap(keysOf)),
  };
}

function keyedMembers(node: Class): readonly (MethodDefinition | PropertyDefinition)[] {
  return node.body.body.filter((member) => member.type !== "StaticBlock");
}

function isMethod({ type }: MethodDefinition | PropertyDefinition): boolean {
  return type === "MethodDefinition";
}

function keysOf({ key, computed }: MethodDefinition | PropertyDefinition): readonly string[] {
  if (computed) return [];
  if (key.type === "Identifier") return [key.name];
  return key.type === "Literal" ? [String(key.value)] : [];
}
