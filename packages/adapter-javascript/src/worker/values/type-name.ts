import { types } from "node:util";
import { findProperty, isObject, textProperty } from "./find-property.ts";
import { uncurried } from "../realm/uncurried.ts";

const { isAsyncFunction, isGeneratorFunction, isProxy } = types;
const sourceOf = uncurried<string>(Function.prototype, "toString");

const mostCharacters = 1000;

/** What a value's type is called: `number`, `Map`, `class`, the name of an instance's class. Runs no code of the user's. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (!isObject(value)) return typeof value;
  if (isProxy(value)) return "Proxy";
  if (typeof value === "function") return functionType(value);
  return constructorName(value) ?? "Object: null prototype";
}

/** The name of the class that an object is of; `null` for one that has no prototype. */
export function constructorName(value: object): string | null {
  const found = findProperty(value, "constructor");
  const tag = textProperty(value, Symbol.toStringTag);
  if (found.kind === "none") return tag || null;
  const isFunction = found.kind === "value" && typeof found.value === "function";
  // Generators and iterators have no class of a name.
  const name = isFunction ? textProperty(found.value, "name") : tag;
  return name.slice(0, mostCharacters) || "Object";
}

/** Whether a function was written as a class. */
export function isClass(value: unknown): value is new (...args: unknown[]) => object {
  return typeof value === "function" && !isProxy(value) && sourceOf(value).startsWith("class");
}

function functionType(value: object): string {
  if (isClass(value)) return "class";
  const isGenerator = isGeneratorFunction(value);
  if (isAsyncFunction(value)) return isGenerator ? "AsyncGeneratorFunction" : "AsyncFunction";
  return isGenerator ? "GeneratorFunction" : "Function";
}
