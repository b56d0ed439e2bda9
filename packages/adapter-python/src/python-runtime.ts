import { HoldfastError, type Runtime } from "@holdfast/core";
import { CPythonRuntime, type CPythonRuntimeOptions } from "./cpython-runtime.ts";
import { PyodideRuntime, type PyodideRuntimeOptions } from "./pyodide/pyodide-runtime.ts";

/** Options of {@link pythonRuntime}; `engine` says which of the two. */
export type PythonRuntimeOptions = CPythonRuntimeOptions | PyodideRuntimeOptions;

/**
 * Sessions in a real CPython, or with `engine: "pyodide"` in one that is WebAssembly, for machines without Python.
 * @throws HoldfastError `invalid_request` for an engine that there is not
 */
export function pythonRuntime(options: PythonRuntimeOptions = {}): Runtime {
  const { engine = "cpython" } = options;
  if (options.engine === "pyodide") return new PyodideRuntime(options);
  if (engine === "cpython") return new CPythonRuntime(options);
  throw new HoldfastError({
    code: "invalid_request",
    message: `engine of Python: received ${JSON.stringify(engine)}, allowed "cpython", "pyodide"`,
    details: { engine },
  });
}
