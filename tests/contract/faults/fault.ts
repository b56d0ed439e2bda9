import type { Runtime } from "@holdfast/core";

/** A deliberately broken adapter: a real one, and one thing that is wrong with it. */
export interface Fault {
  /** What it does wrong, as the rest of a sentence that begins with "an adapter that". */
  readonly name: string;
  /** The runtime that is broken. `plain` is bash with no feature at all. @default "bash" */
  readonly base?: "bash" | "python" | "plain";
  /** Whether it shows in something that never comes, so that the cases' patience is spent. @default false */
  readonly neverComes?: boolean;
  /** Beginnings of the titles of cases that fail by it, each of one case. */
  readonly fails: readonly string[];
  /** Breaks it. What the fault leaves behind is removed by functions that are given to `atEnd`. */
  readonly broken: (runtime: Runtime, atEnd: (clean: () => unknown) => void) => Runtime;
}
