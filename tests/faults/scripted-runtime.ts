import { pythonRuntime } from "@holdfast/adapter-python";
import type { Runtime } from "@holdfast/core";
import { ScriptedWorker, type WorkerScript } from "@holdfast/harness";

/** The Python runtime as it is, with a worker in the place of the interpreter that does what the test says. */
export function scriptedRuntime(
  script: WorkerScript = {},
): Disposable & { readonly runtime: Runtime; readonly worker: ScriptedWorker } {
  const worker = new ScriptedWorker({
    about: (executable) => `${executable}\n3.99.0\ncpython\n`,
    ...script,
  });
  return {
    runtime: pythonRuntime({ executable: worker.executable, template: false }),
    worker,
    [Symbol.dispose]: () => worker[Symbol.dispose](),
  };
}
