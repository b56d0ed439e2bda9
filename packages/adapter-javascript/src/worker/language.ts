import type { MimeBundle } from "@holdfast/core";

// What the main loop asks of the modules beside it. Those are pure: no process, no channel; a realm and its global object.
//
// cell/: `compileCell`, `runCell` and `Bindings` as they are. One wish: an interrupt can end synchronous code anywhere, but
// what waits at an `await` can only be left alone, and goes on when what it waits for has come. So each `await` of a cell (and
// each turn of a `for await`), those in its functions too if that can be done without harm to `toString()`, should be followed
// by a call of a hidden, non-enumerable global that the main loop sets before any cell runs, with the value passed through:
// `__holdfast_resumed(await x)`. It throws when the execution that the code belongs to was interrupted. What that does to
// columns `originalPosition` can tell.

/** As a `result` message has it. */
export interface DescribedValue {
  readonly repr: string;
  readonly value: unknown;
  readonly valueTruncated: boolean;
  readonly mime: MimeBundle;
}

/**
 * `values/describe-value.ts`. Calls user code (getters, `util.inspect.custom`, display methods), which may throw, loop or be
 * terminated; what throws is told as a value without what threw.
 */
export type DescribeValue = (value: unknown) => DescribedValue;

/** `values/mime-bundle.ts`: for `display(value)`; `text/plain` is always there. Throws nothing. */
export type MimeBundleOf = (value: unknown) => MimeBundle;

/** `values/safe-inspect.ts`: what `console.log` would show, whatever user code has done to `util`. Throws nothing. */
export type SafeInspect = (value: unknown) => string;

/** A request that cannot be done: `code` is one of the protocol's. Thrown by all that follows; the state is as before. */
export interface RefusedShape {
  readonly code: "invalid_request" | "variable_not_found" | "checkpoint_invalid";
  readonly message: string;
}

export interface ListedVariable {
  readonly name: string;
  readonly type: string;
  readonly repr: string;
  readonly sizeBytes: number | null;
  readonly source: string | null;
  readonly value: unknown;
  readonly valueTruncated: boolean;
}

/** `namespace/namespace.ts`: over `Bindings`. */
export interface NamespaceShape {
  list(names: readonly string[] | null, withValues: boolean): readonly ListedVariable[];
  /** `value` as the protocol has it. @throws RefusedShape `invalid_request` */
  set(name: string, value: unknown): void;
  /** @throws RefusedShape `variable_not_found`, with nothing deleted */
  delete(names: readonly string[] | null): void;
  /** Before an execution with `trackChanges`: the answer tells, after it, what has changed. */
  watch(): () => {
    readonly added: readonly string[];
    readonly changed: readonly string[];
    readonly removed: readonly string[];
    readonly modules: readonly string[];
  };
  modules(): readonly {
    readonly name: string;
    readonly version: string | null;
    readonly executionId: string | null;
  }[];
  /** `cursor`, `start` and `end` in Unicode code points. */
  complete(
    code: string,
    cursor: number,
  ): { readonly matches: readonly string[]; readonly start: number; readonly end: number };
  inspect(code: string, cursor: number): MimeBundle | null;
}

export interface SkippedEntry {
  readonly name: string;
  readonly reason: string;
}

/** `checkpoint/write-checkpoint.ts`: pieces of any size; `skipped` is whole when they have all been taken. */
export type WriteCheckpoint = (namespace: NamespaceShape) => {
  readonly format: string;
  readonly pieces: Iterable<Uint8Array>;
  readonly skipped: readonly SkippedEntry[];
};

/** `checkpoint/read-checkpoint.ts`. @throws RefusedShape `checkpoint_invalid`, with the state as before */
export type ReadCheckpoint = (
  bytes: Uint8Array,
  namespace: NamespaceShape,
) => { readonly skipped: readonly SkippedEntry[] };
