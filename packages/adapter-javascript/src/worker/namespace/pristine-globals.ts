/**
 * What the language itself defines. What Node defines beside it is partly loaded when it is looked at first, `fetch` with 30 ms
 * of modules: that is looked at when it is needed.
 */
const ofLanguage = new Set(
  (
    "AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date " +
    "DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array " +
    "Int32Array Int8Array Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set " +
    "SharedArrayBuffer String SuppressedError Symbol SyntaxError Temporal TypeError URIError Uint16Array Uint32Array Uint8Array " +
    "Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly decodeURI decodeURIComponent encodeURI encodeURIComponent escape " +
    "eval globalThis isFinite isNaN parseFloat parseInt undefined unescape"
  ).split(" "),
);

/** The properties that the global object had before the user. */
export class PristineGlobals {
  readonly #global: object;
  readonly #properties: Map<string, PropertyDescriptor | null>;

  constructor(globalObject: object) {
    this.#global = globalObject;
    this.#properties = new Map(
      Object.getOwnPropertyNames(globalObject).map((name) => [
        name,
        ofLanguage.has(name) ? this.#look(name) : null,
      ]),
    );
  }

  has(name: string): boolean {
    return this.#properties.has(name);
  }

  keys(): Iterable<string> {
    return this.#properties.keys();
  }

  /** Call it for the first time before the user's takes its place. */
  get(name: string): PropertyDescriptor | undefined {
    const known = this.#properties.get(name);
    if (known !== null) return known;
    const found = this.#look(name);
    this.#properties.set(name, found);
    return found ?? undefined;
  }

  #look(name: string): PropertyDescriptor | null {
    return Object.getOwnPropertyDescriptor(this.#global, name) ?? null;
  }
}
