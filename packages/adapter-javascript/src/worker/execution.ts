import type { HostMessage } from "@holdfast/core";
import { AsyncLocalStorage } from "./primordials.ts";

/** What one `execute` message asks for, and its place among them, from 1. */
export type Execution = Omit<HostMessage & { readonly type: "execute" }, "type"> & {
  readonly number: number;
  /** It was interrupted: what of it still waits must not go on. */
  isInterrupted: boolean;
};

/** Spelt out, since a message is a map, which V8 copies and looks into slowly. */
export function executionOf(
  message: HostMessage & { readonly type: "execute" },
  number: number,
): Execution {
  return {
    number,
    executionId: message.executionId,
    code: message.code,
    stdin: message.stdin,
    env: message.env,
    cwd: message.cwd,
    allowInput: message.allowInput,
    stdoutPath: message.stdoutPath,
    stderrPath: message.stderrPath,
    trackChanges: message.trackChanges,
    isInterrupted: false,
  };
}

const storage = new AsyncLocalStorage<Execution>();
const getStore = storage.getStore.bind(storage);
const run = storage.run.bind(storage);

let current: Execution | null = null;
let last: Execution | null = null;

/** The execution that runs now. */
export function currentExecution(): Execution | null {
  return current;
}

export function setCurrentExecution(execution: Execution | null): void {
  last = execution ?? current ?? last;
  current = execution;
}

/** None has run, as far as {@link owner} knows. */
export function forgetExecutions(): void {
  current = last = null;
}

/**
 * Whose code this is: timers, promises and sockets belong to the execution that made them. What has lost its owner is taken
 * to be of the one that runs, or ran last.
 */
export function owner(): Execution | null {
  return getStore() ?? current ?? last;
}

/** The execution that what runs was begun by, where that is known. */
export function certainOwner(): Execution | null {
  return getStore() ?? null;
}

/** Runs code as that of an execution. */
export function own<Result>(execution: Execution, code: () => Result): Result {
  return getStore() === execution ? code() : run(execution, code);
}
