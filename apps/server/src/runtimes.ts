import { bashRuntime } from "@holdfast/adapter-bash";
import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { pythonRuntime } from "@holdfast/adapter-python";
import type { Runtime } from "@holdfast/core";

/** What the server and the command can run. */
export function allRuntimes(): readonly Runtime[] {
  return [bashRuntime(), pythonRuntime(), javascriptRuntime()];
}
