import type { MimeBundle } from "../execution/execution.ts";

/** A variable of the user's, without its value. */
export interface Variable {
  readonly name: string;
  /** As the language names it, such as `int` or `declare -A`. */
  readonly type: string;
  /** Bounded in length; never empty. */
  readonly repr: string;
  /** Of the object itself, without what it refers to; `null` where that is not known. */
  readonly sizeBytes: number | null;
  /** The code that defined a function or a class, where it is known. */
  readonly source: string | null;
}

/** A variable with its value: JSON, or a tagged map such as `{"$type": "tuple", "items": []}`. */
export interface VariableDetails extends Variable {
  readonly value: unknown;
  /** Whether `value` leaves something out because it is too large or too deep. */
  readonly valueTruncated: boolean;
}

/** A module that was imported, and by which execution. */
export interface Module {
  readonly name: string;
  readonly version: string | null;
  readonly executionId: string | null;
}

/** What could stand at the cursor, in place of the code points from `start` to `end`. */
export interface Completions {
  readonly matches: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Documentation of what stands at the cursor; `null` where nothing is known. */
export interface Inspection {
  readonly mime: MimeBundle | null;
}
