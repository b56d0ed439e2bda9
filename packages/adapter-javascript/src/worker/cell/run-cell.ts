import { types } from "node:util";
import type { Script } from "node:vm";
import { withPristineRealm } from "../realm/pristine-realm.ts";
import type { Bindings } from "../namespace/bindings.ts";
import type { Cell, ImportRequest, Position, Step } from "./cell.ts";
import { Disposal } from "./disposal.ts";
import { importNames, type ImportModule } from "./import-names.ts";
import { noteImport } from "./torn-modules.ts";

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
  if (cell.isWaiting) return runWaiting(cell, bindings, { ...options, runScript });
  begin(cell, bindings);
  let value: unknown;
  // By index: between two steps user code may have replaced what loops over arrays use.
  for (let index = 0; index < cell.steps.length; index++) {
    value = runScript((cell.steps[index] as Step).script);
  }
  return cell.hasResult ? [value] : undefined;
}

async function runWaiting(
  cell: Cell,
  bindings: Bindings,
  options: RunOptions & { readonly runScript: (script: Script) => unknown },
): Promise<CellValue> {
  for (let index = 0; index < cell.imports.length; index++) {
    await bindImport(cell, cell.imports[index] as ImportRequest, bindings, options.importModule);
  }
  begin(cell, bindings);
  const disposal = new Disposal(bindings);
  let value: CellValue;
  let failure: { readonly error: unknown } | null = null;
  try {
    for (let index = 0; index < cell.steps.length; index++) {
      const step = cell.steps[index] as Step;
      // Only where the code itself waits: what it has begun goes on in between, and it could miss that.
      if (step.isAsync) value = await runWaitingStep(step, options.runScript, disposal);
      else value = runStep(step, options.runScript, disposal);
    }
  } catch (error) {
    failure = { error };
  }
  failure = await disposal.dispose(failure);
  if (failure !== null) throw failure.error;
  return cell.hasResult ? value : undefined;
}

async function bindImport(
  cell: Cell,
  request: ImportRequest,
  bindings: Bindings,
  importModule: ImportModule | undefined,
): Promise<void> {
  let found: ReadonlyMap<string, unknown>;
  try {
    found = await importNames(request, importModule);
  } catch (error) {
    withPristineRealm(() => addPlace(error, cell.fileName, request.position));
    throw error;
  }
  withPristineRealm(() => {
    for (const [name, value] of found) bindings.setConstant(name, value);
    bindings.modules.note(request.specifier);
  });
}

/** Node does not know the statement that has imported. */
function addPlace(error: unknown, fileName: string, { line, column }: Position): void {
  if (!types.isNativeError(error) || typeof error.stack !== "string") return;
  Reflect.set(error, "stack", `${error.stack}\n    at ${fileName}:${line}:${column}`);
}

function begin(cell: Cell, bindings: Bindings): void {
  const { declarations, guardedConstants, dynamicImports } = cell;
  if (declarations.length + guardedConstants.length + dynamicImports.length === 0) return;
  withPristineRealm(() => {
    bindings.declare(cell);
    for (const specifier of dynamicImports) {
      bindings.modules.note(specifier);
      noteImport(specifier);
    }
  });
}

function runStep(
  step: Step,
  runScript: (script: Script) => unknown,
  disposal: Disposal,
): CellValue {
  try {
    return [runScript(step.script)];
  } finally {
    withPristineRealm(() => disposal.take(step.resources));
  }
}

async function runWaitingStep(
  step: Step,
  runScript: (script: Script) => unknown,
  disposal: Disposal,
): Promise<CellValue> {
  try {
    return await (runScript(step.script) as () => Promise<CellValue>)();
  } finally {
    withPristineRealm(() => disposal.take(step.resources));
  }
}

function runInThisContext(script: Script): unknown {
  return script.runInThisContext({ displayErrors: false });
}
