import type { Feature } from "@holdfast/core";

/** A kind of Python: what its workers can do, and how an interrupt reaches code that runs. */
export interface PythonEngine {
  readonly features: readonly Feature[];
  readonly interruptsBy: "signal" | "message";
}

const features: readonly Feature[] = [
  "stdin",
  "input",
  "results",
  "displays",
  "interrupt",
  "checkpoint",
  "namespace",
  "changes",
  "completion",
];

export const cpython: PythonEngine = { features: [...features, "fork"], interruptsBy: "signal" };

/** CPython as WebAssembly, which has one process and no way to copy it. */
export const pyodide: PythonEngine = { features, interruptsBy: "message" };
