import type { MessagePort } from "node:worker_threads";
import type { ControlWords } from "./control-words.ts";

/** What the thread that is Python starts with. */
export interface PyodideThreadData {
  readonly words: ControlWords;
  /** Brings the bytes of the channel; `null`: it has ended. */
  readonly port: MessagePort;
  readonly pid: number;
  /** Folder of the npm package. */
  readonly pyodide: string;
  /** Folder of the worker's Python package. */
  readonly worker: string;
  /** Where a snapshot of the memory is, or is to be put. */
  readonly snapshot: { readonly path: string; readonly isMade: boolean } | null;
}

/** How the process is to end. */
export interface ThreadMessage {
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
}
