import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonRuntime } from "@holdfast/adapter-python";
import type { Runtime } from "@holdfast/core";

/** The Python runtime as it is, with `scripted-worker.ts` in the place of the interpreter. Its program goes with it. */
export function scriptedRuntime(): Disposable & { readonly runtime: Runtime } {
  const folder = mkdtempSync(join(tmpdir(), "scripted-"));
  const executable = join(folder, "python");
  const script = join(import.meta.dirname, "scripted-worker.ts");
  writeFileSync(
    executable,
    `#!/bin/sh\nSCRIPTED_WORKER='${executable}' exec '${process.execPath}' '${script}' "$@"\n`,
  );
  chmodSync(executable, 0o700);
  return {
    runtime: pythonRuntime({ executable, template: false }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
