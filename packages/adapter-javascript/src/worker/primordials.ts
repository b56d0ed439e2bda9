// What the worker needs of the realm that it shares with user code, taken before that runs: whoever replaces
// `Array.prototype.push` or `fs.writeSync` later does it to himself alone. Bundled code has no live bindings to modules.

const fs = process.getBuiltinModule("node:fs");
const util = process.getBuiltinModule("node:util");

const { apply: reflectApply, get: getProperty } = Reflect;

/** A method as a function of its object: `methodOf(Array.prototype, "push")(array, item)`. */
function methodOf(prototype: object, name: string): (self: unknown, ...args: unknown[]) => never {
  const method = getProperty(prototype, name) as (...args: unknown[]) => never;
  return (self, ...args) => reflectApply(method, self, args);
}

export const apply = reflectApply;
export const {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
  constants: { O_CLOEXEC = 0o2000000, O_NONBLOCK, O_RDONLY, O_WRONLY },
} = fs as typeof fs & { constants: { O_CLOEXEC?: number } };

/** Writes all of it to a file that blocks. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength;) at += writeSync(fd, bytes, at);
}

export const { getCallSites, inspect, types } = util;
export const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");

export const arrayPush: (array: unknown[], item: unknown) => number = methodOf(
  Array.prototype,
  "push",
);
export const isArray = Array.isArray;
export const objectKeys = Object.keys;
export const {
  create: createObject,
  defineProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
} = Object;
export const { wait: atomicsWait } = Atomics;
// Methods of every buffer that the types do not know.
export const utf8Write: (
  bytes: Uint8Array,
  text: string,
  offset: number,
  length: number,
) => number = methodOf(Buffer.prototype, "utf8Write");
export const utf8Slice: (bytes: Uint8Array, start: number, end: number) => string = methodOf(
  Buffer.prototype,
  "utf8Slice",
);
export const allocate: (size: number) => Buffer = getProperty(Buffer, "allocUnsafeSlow");
export const byteLength: (text: string) => number = getProperty(Buffer, "byteLength");
export const bytesSet: (bytes: Uint8Array, source: Uint8Array, offset: number) => void = methodOf(
  Uint8Array.prototype,
  "set",
);
export const bytesSubarray: (bytes: Uint8Array, start: number, end?: number) => Uint8Array =
  methodOf(Uint8Array.prototype, "subarray");
export const isInteger = Number.isSafeInteger;
export const { clearInterval, setImmediate, setTimeout } = globalThis;
/** Milliseconds of a clock that nobody sets. */
export const now = performance.now.bind(performance);
export const nextTick = process.nextTick.bind(process);
export const chdir = process.chdir.bind(process);
export const cwd = process.cwd.bind(process);
/** Runs all that is due at the end of a turn: ticks, microtasks, reports of rejections. */
export const runTicks = getProperty(process, "_tickCallback") as () => void;
export const reallyExit = (
  process as unknown as { reallyExit(code: number): never }
).reallyExit.bind(process);

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Blocks for a while; an interrupt ends it, as it ends any code. */
export function block(ms: number): void {
  atomicsWait(pause, 0, 0, ms);
}

/** Whether a system call failed with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && (error as { code?: unknown }).code === code;
}

const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);

export function utf8Bytes(text: string): Uint8Array {
  return encode(text);
}

export const promiseThen: <T>(
  promise: Promise<T>,
  resolved: (value: T) => void,
  rejected: (error: unknown) => void,
) => void = methodOf(Promise.prototype, "then");
export const { isPromise } = util.types;
