import { expect } from "vitest";

/**
 * A method that a declared feature, or its presence elsewhere, promises.
 * @throws AssertionError when it is not there
 */
export function featureMethod<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  name: Name,
): NonNullable<Owner[Name]> & (() => void) {
  const method: unknown = owner[name];
  expect(method, `${String(name)}() was declared`).toBeTypeOf("function");
  return (method as CallableFunction).bind(owner) as never;
}
