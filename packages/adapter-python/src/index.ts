// For users
export type { CPythonRuntimeOptions } from "./cpython-runtime.ts";
export type { PyodideRuntimeOptions } from "./pyodide/pyodide-runtime.ts";
export { type PythonRuntimeOptions, pythonRuntime } from "./python-runtime.ts";
