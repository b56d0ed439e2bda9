import { describe, expect, it } from "vitest";
import { withPristineRealm } from "./pristine-realm.ts";

describe("withPristineRealm()", () => {
  it.each<[string, object, PropertyKey, unknown]>([
    ["a global", globalThis, "Map", Set],
    ["a method", Array.prototype, "push", null],
    ["a method of text", String.prototype, "charCodeAt", () => 65],
    ["a function", Object, "keys", () => ["nonsense"]],
    ["an iterator", Array.prototype, Symbol.iterator, undefined],
    ["what stands in every object", Object.prototype, "get", 5],
  ])("puts back %s as long as it takes", (_name, holder, key, replacement) => {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    const seen: unknown[] = [];
    Object.defineProperty(holder, key, {
      value: replacement,
      writable: true,
      configurable: true,
      enumerable: true,
    });
    const result = withPristineRealm(() => {
      seen[0] = Reflect.get(holder, key) as unknown;
      return [[...new Map([["a", "b".charCodeAt(0)]])], Object.keys({ c: 1 }), [1].push(2)];
    });
    seen[1] = Reflect.get(holder, key) as unknown;
    if (before) Object.defineProperty(holder, key, before);
    else Reflect.deleteProperty(holder, key);
    expect(result).toEqual([[["a", 98]], ["c"], 2]);
    expect(seen).toEqual([before?.value, replacement]);
  });

  it("leaves what the user has added", () => {
    const added = () => 1;
    const { prototype } = Array;
    Object.defineProperty(prototype, "added", { value: added, configurable: true });
    expect(withPristineRealm(() => Reflect.get([], "added") as unknown)).toBe(added);
    Reflect.deleteProperty(prototype, "added");
  });

  it("gives back what the user has replaced when something throws", () => {
    const { map } = Array.prototype;
    const replacement = () => [];
    Array.prototype.map = replacement; // oxlint-disable-line eslint/no-extend-native
    let after: unknown;
    try {
      withPristineRealm(() => {
        throw new Error("x");
      });
    } catch {
      after = Array.prototype.map;
    }
    Array.prototype.map = map; // oxlint-disable-line eslint/no-extend-native
    expect(after).toBe(replacement);
  });
});
