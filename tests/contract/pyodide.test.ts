import { pythonRuntime } from "@holdfast/adapter-python";
import { type WorkerLanguage, languageWithout, pythonLanguage } from "@holdfast/harness/vitest";
import { describeAdapter } from "./describe-adapter.ts";

const pyodideLanguage: WorkerLanguage = {
  ...languageWithout(
    pythonLanguage,
    // What starts processes; and this Python does not see the descriptors of its own one.
    "printFromChild",
    "startDaemon",
    "printDescriptors",
    "printChildDescriptors",
  ),
  // Tasks go on while the loop waits: there are no threads or processes that could go on beside `time.sleep`.
  sleepForever: 'import asyncio; print("ready", end=""); await asyncio.sleep(1000)',
  printLater: (text, path) => `import asyncio, os
async def print_later():
    while not os.path.exists(${JSON.stringify(path)}):
        await asyncio.sleep(0.01)
    print(${JSON.stringify(text)}, end="")
later = asyncio.create_task(print_later())
await asyncio.sleep(0)`,
};

describeAdapter("Pyodide", pythonRuntime({ engine: "pyodide" }), {
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
