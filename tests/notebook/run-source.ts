import { pythonRuntime } from "@holdfast/adapter-python";
import {
  type ExecuteNotebookOptions,
  type Notebook,
  type NotebookRun,
  type Output,
  executeNotebook,
} from "@holdfast/notebook";
import type { Runtime } from "@holdfast/core";
import { type TestSession, openSession } from "../support/session-run.ts";
import { hostSession } from "./host-session.ts";

/** A notebook of these cells. */
export function notebookOf(sources: readonly string[], kernel = "python3"): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { kernelspec: { name: kernel } },
    cells: sources.map((source) => {
      const metadata = { tags: [] };
      return { cell_type: "code", metadata, source, outputs: [], execution_count: null };
    }),
  };
}

/** The outputs of each cell. */
export function outputsOf({ cells }: Notebook): readonly (readonly Output[])[] {
  return cells.map((cell) => (cell.cell_type === "code" ? cell.outputs : []));
}

/** A run and the outputs of its cells. */
export interface SourceRun {
  readonly run: NotebookRun;
  readonly outputs: readonly (readonly Output[])[];
}

/** Runs cells in a session. */
export async function runIn(
  { session }: TestSession,
  sources: readonly string[],
  options: ExecuteNotebookOptions & { readonly kernel?: string } = {},
): Promise<SourceRun> {
  const notebook = notebookOf(sources, options.kernel);
  const run = await executeNotebook(notebook, hostSession(session), options);
  return { run, outputs: outputsOf(notebook) };
}

/** Runs cells in a session of their own. */
export async function runSources(
  sources: readonly string[],
  options: ExecuteNotebookOptions & {
    readonly kernel?: string;
    readonly runtime?: Runtime;
    readonly executable?: string;
  } = {},
): Promise<SourceRun> {
  const { executable = "python3", runtime = pythonRuntime({ executable }), ...rest } = options;
  await using test = await openSession(runtime);
  return await runIn(test, sources, rest);
}
