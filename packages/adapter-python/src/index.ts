// For users
export { type PythonRuntimeOptions, pythonRuntime } from "./python-runtime.ts";
