import type { Script } from "node:vm";

/** Source that can be run: what it imports and declares, and the scripts to run one after the other. */
export interface Cell {
  readonly status: "ok";
  /** What stack traces call it, such as `<cell 3>`. */
  readonly fileName: string;
  /** To be imported before anything runs, in order. */
  readonly imports: readonly ImportRequest[];
  /** What it imports by `import("…")`, as far as that is written down outside functions. */
  readonly dynamicImports: readonly string[];
  /** Names that it declares at top level, imports not among them. */
  readonly declarations: readonly Declaration[];
  /** Constants that it assigns to, of its own or of cells before it: see `Bindings`. */
  readonly guardedConstants: readonly string[];
  readonly steps: readonly Step[];
  /** Whether it cannot be done at once: it imports, waits or takes resources. */
  readonly isWaiting: boolean;
  /** Whether it begins with "use strict": names must be there before they are assigned to. */
  readonly isStrict: boolean;
  /** Whether the last step's value is the cell's result. */
  readonly hasResult: boolean;
  /** Where a place of the scripts is in the source, when that is not the same place. */
  readonly originalPosition: PositionMap | null;
}

/** A part of a cell. Its lines and columns are those of the source. */
export interface Step {
  /** Its completion value is the step's value; with `isAsync` that is an async function, which answers `[value]`. */
  readonly script: Script;
  readonly isAsync: boolean;
  /** Names of resources that it has taken, to be disposed of at the end of the cell. */
  readonly resources: readonly Resource[];
}

export interface Resource {
  readonly name: string;
  readonly isAsync: boolean;
}

export interface Declaration {
  readonly name: string;
  readonly kind: "var" | "let" | "const" | "class" | "function" | "using";
  /** Whether it is `undefined` from the start: `let x;` */
  readonly isReset: boolean;
  /** The JSDoc comment in front of it, without its marks. */
  readonly doc: string | null;
}

export interface ImportRequest {
  readonly specifier: string;
  /** Such as `{ type: "json" }`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** `imported` is `*` for the namespace, `default` for the default export. */
  readonly names: readonly { readonly imported: string; readonly local: string }[];
  readonly position: Position;
}

/** From 1; columns in UTF-16 code units, as in stack traces. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type PositionMap = (position: Position) => Position | null;

/** Source that is neither JavaScript nor TypeScript. */
export interface InvalidCell {
  readonly status: "invalid";
  readonly message: string;
  readonly line: number;
  readonly column: number;
  /** Whether more source could make it right, as after an open bracket. */
  readonly isIncomplete: boolean;
  /** As Node prints it: the place, the line, a caret, the message. */
  readonly text: string;
}
