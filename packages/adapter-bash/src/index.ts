// For users
export { type BashRuntimeOptions, bashRuntime } from "./bash-runtime.ts";
