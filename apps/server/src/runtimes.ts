import { bashRuntime } from "@holdfast/adapter-bash";
import type { Runtime } from "@holdfast/core";
import * as python from "@holdfast/adapter-python";

/** What the server and the command can run. */
export function allRuntimes(): readonly Runtime[] {
  return [bashRuntime(), ...("pythonRuntime" in python ? [(python.pythonRuntime as () => Runtime)()] : [])];
}
