import type { OutputMessage } from "./output-list.ts";
import type { NotebookEvent, NotebookSession } from "./notebook-session.ts";
import type { Output } from "./notebook.ts";

/** What runs the cells of a notebook within a session. */
export interface Kernel {
  /** `ipython`, `python` (without IPython) or `bash`. */
  readonly name: "ipython" | "python" | "bash";
  /** Why Python cells do not run in IPython's shell; `null` where they do, and for other languages. */
  readonly withoutIpython: string | null;
  /** As the notebook's metadata have it. */
  readonly languageInfo: Readonly<Record<string, unknown>>;
  /** What is sent for a cell, or the error that stands for it. */
  codeOf(source: string, options: { readonly allowInput: boolean }): CellCode;
  /** Reads the events of one cell. */
  reader(executionCount: number): EventReader;
}

/** What is sent to the session for a cell, or why it cannot be. */
export type CellCode =
  | { readonly isRefused: false; readonly code: string }
  | { readonly isRefused: true; readonly error: Output };

/** What an event means for the outputs of the cell; it may remember the events before. */
export type EventReader = (event: NotebookEvent) => OutputMessage | null;

/** Makes a kernel ready in a session. */
export type KernelStarter = (session: NotebookSession) => Promise<Kernel>;

/** An output that has no name to be changed by. */
export function output(value: Output): OutputMessage {
  return { type: "output", output: value, displayId: null };
}

/** What stdout and stderr events mean: the same for all kernels. */
export function streamOutput(event: NotebookEvent): OutputMessage | null {
  if (event.type !== "stdout" && event.type !== "stderr") return null;
  const text = event.text ?? Buffer.from(event.base64 ?? "", "base64").toString("utf8");
  return output({ output_type: "stream", name: event.type, text });
}
