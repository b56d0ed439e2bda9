import type { Script } from "node:vm";
import type { Bindings } from "../namespace/bindings.ts";
import type { Cell, Step } from "./cell.ts";
import { Disposal } from "./disposal.ts";
import { importNames, type ImportModule } from "./import-names.ts";

export interface RunOptions {
  /** Runs a script in the realm of the user. @default `script.runInThisContext()` */
  readonly runScript?: (script: Script) => unknown;
  /** @default `import()` from the current directory */
  readonly importModule?: ImportModule;
}

/** The value of the last expression, `undefined` where there is none. In an array, so that no promise is awaited by the way. */
export type CellValue = readonly [unknown] | undefined;

/**
 * Runs a cell: at once if it waits for nothing, so that its value is there when this returns. What the code throws is thrown.
 * With `import`, `await` or `using` the answer is a promise.
 */
export function runCell(
  cell: Cell,
  bindings: Bindings,
  options: RunOptions = {},
): CellValue | Promise<CellValue> {
  const runScript = options.runScript ?? runInThisContext;
  const isWaiting =
    cell.imports.length > 0 ||
    cell.steps.some(({ isAsync, resources }) => isAsync || resources.length > 0);
  if (isWaiting) return runWaiting(cell, bindings, { ...options, runScript });
  begin(cell, bindings);
  let value: unknown;
  for (const { script } of cell.steps) value = runScript(script);
  return cell.hasResult ? [value] : undefined;
}

async function runWaiting(
  cell: Cell,
  bindings: Bindings,
  options: RunOptions & { readonly runScript: (script: Script) => unknown },
): Promise<CellValue> {
  const { runScript } = options;
  for (const request of cell.imports) {
    const found = await importNames(request, options.importModule);
    for (const [name, value] of found) bindings.setConstant(name, value);
    bindings.modules.note(request.specifier);
  }
  begin(cell, bindings);
  const disposal = new Disposal(bindings);
  let value: CellValue;
  let failure: { readonly error: unknown } | null = null;
  try {
    for (const step of cell.steps) value = await runStep(step, runScript, disposal);
  } catch (error) {
    failure = { error };
  }
  failure = await disposal.dispose(failure);
  if (failure !== null) throw failure.error;
  return cell.hasResult ? value : undefined;
}

function begin(cell: Cell, bindings: Bindings): void {
  bindings.declare(cell);
  for (const specifier of cell.dynamicImports) bindings.modules.note(specifier);
}

async function runStep(
  step: Step,
  runScript: (script: Script) => unknown,
  disposal: Disposal,
): Promise<CellValue> {
  try {
    const value = runScript(step.script);
    return step.isAsync ? await (value as () => Promise<CellValue>)() : [value];
  } finally {
    disposal.take(step.resources);
  }
}

function runInThisContext(script: Script): unknown {
  return script.runInThisContext({ displayErrors: false });
}
