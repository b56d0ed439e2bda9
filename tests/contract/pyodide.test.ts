import { pythonRuntime } from "@holdfast/adapter-python";
import {
  type WorkerLanguage,
  describeWorkerContract,
  pythonLanguage,
} from "@holdfast/harness/vitest";

// What starts processes; and this Python does not see the descriptors of its own one.
const leftOut = new Set<string>([
  "printFromChild",
  "startDaemon",
  "printDescriptors",
  "printChildDescriptors",
] satisfies (keyof WorkerLanguage)[]);

const pyodideLanguage = {
  ...Object.fromEntries(Object.entries(pythonLanguage).filter(([name]) => !leftOut.has(name))),
  // Tasks go on while the loop waits: there are no threads or processes that could go on beside `time.sleep`.
  sleepForever: 'import asyncio; print("ready", end=""); await asyncio.sleep(1000)',
  printLater: (text, path) => `import asyncio, os
async def print_later():
    while not os.path.exists(${JSON.stringify(path)}):
        await asyncio.sleep(0.01)
    print(${JSON.stringify(text)}, end="")
later = asyncio.create_task(print_later())
await asyncio.sleep(0)`,
} as WorkerLanguage;

describeWorkerContract(pythonRuntime({ engine: "pyodide" }), {
  language: pyodideLanguage,
  features: [
    "stdin",
    "input",
    "results",
    "displays",
    "interrupt",
    "checkpoint",
    "namespace",
    "changes",
    "completion",
  ],
});
