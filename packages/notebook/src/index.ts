export {
  type CellRun,
  type ExecuteNotebookOptions,
  type NotebookProgress,
  type NotebookRun,
  executeNotebook,
} from "./execute-notebook.ts";
export { NotebookError, type NotebookErrorCode } from "./notebook-error.ts";
export type {
  NotebookEvent,
  NotebookExecuteOptions,
  NotebookExecution,
  NotebookExecutionStatus,
  NotebookSession,
} from "./notebook-session.ts";
export type { Cell, CodeCell, Notebook, Output } from "./notebook.ts";
export { readNotebook } from "./read-notebook.ts";
export type { AnswerInput, CellEnd, InputRequest } from "./run-cell.ts";
export { type PythonShell, runtimeOf } from "./start-kernel.ts";
export { writeNotebook } from "./write-notebook.ts";
