import { bashRuntime } from "@holdfast/adapter-bash";
import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { pythonRuntime } from "@holdfast/adapter-python";
import { HoldfastError, type Runtime } from "@holdfast/core";

/**
 * What the server and the command can run. `HOLDFAST_PYTHON_ENGINE` says which Python.
 * @throws HoldfastError `invalid_request` for an engine that there is not
 */
export function allRuntimes(): readonly Runtime[] {
  return [bashRuntime(), pythonOf(process.env["HOLDFAST_PYTHON_ENGINE"]), javascriptRuntime()];
}

function pythonOf(engine = ""): Runtime {
  if (engine === "" || engine === "cpython") return pythonRuntime();
  if (engine === "pyodide") return pythonRuntime({ engine });
  throw new HoldfastError({
    code: "invalid_request",
    message: `HOLDFAST_PYTHON_ENGINE: received ${JSON.stringify(engine)}, allowed cpython, pyodide`,
  });
}
