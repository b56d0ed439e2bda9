import type { Cell, Declaration } from "../cell/cell.ts";
import { guardPrefix } from "../cell/guard-prefix.ts";
import { type Found, findProperty } from "../values/find-property.ts";
import { ImportedModules } from "./imported-modules.ts";
import { PristineGlobals } from "./pristine-globals.ts";

const { defineProperty, hasOwn } = Object;
const { deleteProperty, get: getProperty, set: setProperty } = Reflect;

/**
 * The names of the user's: what cells declare, and what code puts into the global object. They are properties of it, so that
 * all code sees the newest, and reads and writes them as fast as any. Make it before any user code has run.
 */
export class Bindings {
  readonly modules = new ImportedModules();
  readonly #global: object;
  /** What was there before the user. */
  readonly #pristine: PristineGlobals;
  /** Names of those that a cell has declared anew. */
  readonly #overridden = new Set<string>();
  /** Functions that were deleted: V8 lets nobody delete what a script has declared. */
  readonly #gone = new Set<string>();
  readonly #constants = new Set<string>();
  readonly #docs = new Map<string, string>();

  constructor(globalObject: object = globalThis) {
    this.#global = globalObject;
    this.#pristine = new PristineGlobals(globalObject);
  }

  /** Names that a cell must not assign to. */
  get constants(): ReadonlySet<string> {
    return this.#constants;
  }

  /** In the order in which they were made. */
  names(): readonly string[] {
    return Object.keys(this.#global)
      .concat(this.#hidden())
      .filter((name) => this.has(name));
  }

  has(name: string): boolean {
    if (this.isPristine(name) || !hasOwn(this.#global, name)) return false;
    if (!this.#gone.has(name)) return true;
    const found = this.peek(name);
    return found.kind !== "value" || found.value !== undefined;
  }

  /** Whether a name is what it was before the user, or nothing of the user's. */
  isPristine(name: string): boolean {
    return this.#pristine.has(name) && !this.#overridden.has(name);
  }

  /** Names that were there before the user. */
  pristineNames(): Iterable<string> {
    return this.#pristine.keys();
  }

  /** What a name was before the user; `undefined` where that takes a getter that must not run. */
  pristineValue(name: string, mayRun: boolean): unknown {
    const property = this.#pristine.get(name);
    if (property && "value" in property) return property.value;
    return mayRun ? (property?.get?.call(this.#global) as unknown) : undefined;
  }

  /** What a name stands for, without running a getter. */
  peek(name: string): Found {
    return findProperty(this.#global, name);
  }

  /** The value, of a getter of the user's too; `undefined` if there is none. Calls user code only for a getter. */
  get(name: string): unknown {
    return getProperty(this.#global, name);
  }

  /** @throws TypeError for a name that cannot be given a value */
  set(name: string, value: unknown): void {
    this.#constants.delete(name);
    this.#docs.delete(name);
    this.#makeAssignable(name);
    this.#define(name, value);
  }

  setConstant(name: string, value: unknown): void {
    this.set(name, value);
    this.#constants.add(name);
  }

  /** Gives a name what it had in a checkpoint. */
  restore(
    name: string,
    value: unknown,
    { isConstant, doc }: { readonly isConstant: boolean; readonly doc: string | null },
  ): void {
    this.set(name, value);
    if (isConstant) this.#constants.add(name);
    if (doc !== null) this.#docs.set(name, doc);
  }

  /** Takes a name away; one that was there before the user is again what it was. */
  delete(name: string): void {
    const original = this.#pristine.get(name);
    this.#constants.delete(name);
    this.#docs.delete(name);
    this.#overridden.delete(name);
    if (deleteProperty(this.#global, name)) {
      if (original) defineProperty(this.#global, name, original);
      return;
    }
    const value: unknown =
      original && ("value" in original ? original.value : original.get?.call(this.#global));
    setProperty(this.#global, name, value);
    if (!original) this.#gone.add(name);
  }

  /** The JSDoc comment that a name was declared with. */
  docOf(name: string): string | null {
    return this.#docs.get(name) ?? null;
  }

  /** Makes the names of a cell ready for its code, right before it runs. @throws TypeError for a name that must stay as it is */
  declare({ declarations, guardedConstants, isStrict }: Cell): void {
    for (const declaration of declarations) this.#declareOne(declaration, isStrict);
    for (const name of guardedConstants) this.#guard(name);
  }

  #declareOne({ name, kind, isReset, doc }: Declaration, isStrict: boolean): void {
    if (kind === "const" || kind === "using") this.#constants.add(name);
    else this.#constants.delete(name);
    if (doc === null) this.#docs.delete(name);
    else this.#docs.set(name, doc);
    const isThere = hasOwn(this.#global, name);
    if (isThere) this.#makeAssignable(name);
    this.#gone.delete(name);
    if (isReset || (!isThere && (isStrict || kind === "var"))) this.#define(name, undefined);
  }

  #makeAssignable(name: string): void {
    if (this.#pristine.get(name)) this.#overridden.add(name);
    this.#gone.delete(name);
    const now = Object.getOwnPropertyDescriptor(this.#global, name);
    if (now === undefined || ("value" in now && now.writable && now.enumerable)) return;
    if (!now.configurable && now.writable) return;
    const value: unknown = "value" in now ? now.value : undefined;
    defineProperty(this.#global, name, dataProperty(value));
  }

  #define(name: string, value: unknown): void {
    if (!setProperty(this.#global, name, value)) {
      defineProperty(this.#global, name, dataProperty(value));
    }
  }

  /** Overridden names that were not enumerable, and could not be made so. */
  #hidden(): readonly string[] {
    return [...this.#overridden].filter(
      (name) => !Object.prototype.propertyIsEnumerable.call(this.#global, name),
    );
  }

  #guard(name: string): void {
    const assign = (value: unknown): void => {
      // Its cell may have failed before it had a value.
      if (this.#constants.has(name) && this.has(name)) throw constantError(assign);
      setProperty(this.#global, name, value);
    };
    defineProperty(this.#global, guardPrefix + name, {
      configurable: true,
      get: () => this.get(name),
      set: assign,
    });
  }
}

function constantError(setter: (value: unknown) => void): TypeError {
  const error = new TypeError("Assignment to constant variable.");
  Error.captureStackTrace(error, setter);
  return error;
}

function dataProperty(value: unknown): PropertyDescriptor {
  return { value, writable: true, enumerable: true, configurable: true };
}
