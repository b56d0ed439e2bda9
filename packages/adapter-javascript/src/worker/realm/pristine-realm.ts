import { compileFunction } from "node:vm";

/*
 * User code shares our realm, and may replace what the language offers: `class Map {}` in a cell, `Array.prototype.map = …`. What
 * we and the libraries that we use do between two runs of user code must not go wrong by that.
 */

const {
  defineProperty,
  deleteProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  ownKeys,
  setPrototypeOf,
} = Reflect;
const { hasOwn, prototype: objectPrototype } = Object;

interface Entry {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
  /** Its value, or for an accessor its getter. */
  readonly value: unknown;
}

/** Globals that our code uses by name, and of those with methods the ones that it cannot do without. */
const used: Readonly<Record<string, string>> = {
  Array: `at concat entries every fill filter find findLastIndex flat flatMap forEach includes indexOf join keys map pop push
    reduce shift slice some sort splice toReversed toSorted unshift`,
  ArrayBuffer: "",
  BigInt: "toString",
  Buffer: "copy subarray toString writeUInt32BE readUInt32BE equals",
  DataView: "",
  Date: "getTime toISOString",
  Error: "",
  Function: "apply bind call toString",
  JSON: "",
  Map: "clear delete entries get has keys set values",
  Math: "",
  Number: "toString",
  Object: "hasOwnProperty propertyIsEnumerable toString",
  Promise: "then",
  RangeError: "",
  Reflect: "",
  RegExp: "exec test",
  Set: "add clear delete has values",
  String: `at charAt charCodeAt codePointAt endsWith includes indexOf lastIndexOf match matchAll padEnd repeat replace replaceAll
    slice split startsWith substring toLowerCase trim trimEnd`,
  Symbol: "",
  SyntaxError: "",
  TypeError: "",
  URL: "",
  Uint8Array: "",
  WeakMap: "get has set",
  WeakSet: "add has",
};
const functionsOf: Readonly<Record<string, string>> = {
  Array: "from isArray",
  JSON: "parse stringify",
  Math: "max min",
  Number: "isNaN isInteger",
  Object: "assign create defineProperty entries fromEntries hasOwn is keys setPrototypeOf values",
  String: "fromCharCode fromCodePoint",
  Buffer: "alloc byteLength concat from isBuffer",
};
const symbolsOf: Readonly<Record<string, readonly symbol[]>> = {
  Array: [Symbol.iterator],
  Map: [Symbol.iterator],
  RegExp: [Symbol.match, Symbol.matchAll, Symbol.replace, Symbol.split],
  Set: [Symbol.iterator],
  String: [Symbol.iterator],
};

const iterators = [[], new Map(), new Set(), ""].map(
  (iterable) => getPrototypeOf(iterable[Symbol.iterator]()) as object,
);

/** What is looked at each time. */
const watched: Entry[] = [];
/** What is put back when something of that has been replaced. */
const all: Entry[] = [];
const objectKeys = ownKeys(objectPrototype);

for (const name of Object.keys(used)) {
  const value = Reflect.get(globalThis, name) as object;
  const prototype = Reflect.get(value, "prototype") as object | undefined;
  note(globalThis, name, watched);
  for (const key of words(functionsOf[name])) note(value, key, watched);
  if (prototype) {
    for (const key of words(used[name])) note(prototype, key, watched);
    for (const key of symbolsOf[name] ?? []) note(prototype, key, watched);
    for (const key of ownKeys(prototype)) note(prototype, key, all);
  }
  note(globalThis, name, all);
  for (const key of ownKeys(value)) if (key !== "prototype") note(value, key, all);
}
for (const iterator of iterators) {
  note(iterator, "next", watched);
  note(iterator, "next", all);
}
for (const key of ownKeys(getPrototypeOf(Uint8Array.prototype) as object)) {
  note(getPrototypeOf(Uint8Array.prototype) as object, key, all);
}

const isAsNoted = compileCheck(watched);

/**
 * Does something with the language as it was before any user code: what has been replaced is put back as long as this takes. Where
 * nothing has, that costs a few microseconds. Code of the user's that is called sees it likewise.
 */
export function withPristineRealm<Result>(action: () => Result): Result {
  if (isPristine()) return action();
  const replaced = putBack();
  try {
    return action();
  } finally {
    for (let index = 0; index < replaced.length; index++) {
      const { holder, key, descriptor } = replaced[index] as Entry;
      define(holder, key, descriptor);
    }
  }
}

function isPristine(): boolean {
  return isAsNoted() && ownKeys(objectPrototype).length === objectKeys.length;
}

/** A function that looks at each property at a place of its own in the code: V8 is ten times as fast there as in a loop over all. */
function compileCheck(entries: readonly Entry[]): () => boolean {
  const code = entries.map((_, index) => {
    return `const {holder:h${index},key:k${index},value:v${index}}=entries[${index}];`;
  });
  const checks = entries.map(({ key }, index) => {
    const name = typeof key === "string" ? `.${key}` : `[k${index}]`;
    return `h${index}${name}===v${index}`;
  });
  return compileFunction(`${code.join("")}return()=>${checks.join("&&")}`, ["entries"], {
    filename: "node:holdfast/pristine-realm",
  })(entries) as () => boolean;
}

/** Puts back what was there. @returns what the user has put in its place */
function putBack(): readonly Entry[] {
  const replaced: Entry[] = [];
  const keep = (holder: object, key: PropertyKey, descriptor: PropertyDescriptor) => {
    // Not `push`, which may be what was replaced.
    replaced[replaced.length] = { holder, key, descriptor, value: undefined };
  };
  const keys = ownKeys(objectPrototype);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as PropertyKey;
    const descriptor = getOwnPropertyDescriptor(objectPrototype, key);
    if (descriptor === undefined || isOfObject(key)) continue;
    keep(objectPrototype, key, descriptor);
    deleteProperty(objectPrototype, key);
  }
  for (let index = 0; index < all.length; index++) {
    const { holder, key, descriptor, value } = all[index] as Entry;
    const now = getOwnPropertyDescriptor(holder, key);
    if (now && (hasOwn(now, "value") ? now.value : now.get) === value) continue;
    if (now) keep(holder, key, now);
    define(holder, key, descriptor);
  }
  return replaced;
}

function isOfObject(key: PropertyKey): boolean {
  for (let index = 0; index < objectKeys.length; index++)
    if (objectKeys[index] === key) return true;
  return false;
}

function note(holder: object, key: PropertyKey, list: Entry[]): void {
  const descriptor = getOwnPropertyDescriptor(holder, key);
  if (descriptor === undefined || (!descriptor.writable && !descriptor.configurable)) return;
  const isValue = "value" in descriptor;
  if (list === watched && !isValue && holder !== globalThis) return;
  const value: unknown = isValue ? descriptor.value : descriptor.get;
  const seen: unknown = list === watched ? Reflect.get(holder, key) : value;
  list.push({ holder, key, descriptor, value: seen });
}

/** Defines a property, whatever stands in `Object.prototype`, which would get into a plain descriptor. */
function define(holder: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
  setPrototypeOf(descriptor, null);
  defineProperty(holder, key, descriptor);
}

function words(text: string | undefined): readonly string[] {
  return text === undefined || text === "" ? [] : text.split(/\s+/);
}
