import type { MimeBundle } from "@holdfast/core";

// What the main loop asks of the modules beside it. Those are pure: no process, no channel; a realm and its global object.

/** Source with its imports, declarations and types turned into a script that can be run again and again in one realm. */
export interface CompiledCell {
  readonly status: "ok";
  /**
   * A script. Its completion value is that of the last expression, in an array (`[value]`), so that a promise is not awaited
   * by being passed on; `undefined` when the cell ends in no expression, or hides it by a semicolon. With `isAsync` it is a
   * promise of that.
   * Lines and columns are those of the source.
   */
  readonly code: string;
  readonly isAsync: boolean;
  /** Names that it declares at top level, in order. */
  readonly declared: readonly string[];
}

/** Source that is neither JavaScript nor TypeScript. */
export interface CellSyntaxError {
  readonly status: "invalid";
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** `cell/compile-cell.ts` */
export type CompileCell = (
  source: string,
  options: {
    /** Whether what is no JavaScript is tried as TypeScript. */
    readonly typescript: boolean;
    /** Such as `cell-1.js`. */
    readonly fileName: string;
  },
) => CompiledCell | CellSyntaxError;

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

/** `namespace/namespace.ts`: what is the user's in this realm, `new Namespace()` before any user code has run. */
export interface NamespaceShape {
  /** Right before the code of a cell runs. */
  declare(names: readonly string[], source: string): void;
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
