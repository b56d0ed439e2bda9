// For users
export { type JavaScriptRuntimeOptions, javascriptRuntime } from "./javascript-runtime.ts";
