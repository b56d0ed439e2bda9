export { HoldfastClient, createClient } from "./client.ts";
export type { ClientOptions, RetryOptions } from "./client-options.ts";
export type { CallOptions, RequestContent } from "./http/http-client.ts";
export { type ListOptions, type Page, Pages } from "./http/pages.ts";
export { HoldfastApiError, isApiError } from "./errors/api-error.ts";
export { ConnectionError } from "./errors/connection-error.ts";
export type { ErrorCode } from "./errors/error-code.ts";

export { Session } from "./session/session.ts";
export { Sessions } from "./session/sessions.ts";
export type {
  CreateSession,
  Resources,
  SessionInfo,
  SessionState,
  Skipped,
  UpdateSession,
} from "./session/session-info.ts";
export type {
  Completions,
  Inspection,
  Module,
  Variable,
  VariableDetails,
} from "./session/namespace.ts";
export {
  type FileEntry,
  type ReadFileOptions,
  SessionFiles,
  type WriteFileOptions,
} from "./session/session-files.ts";
export { type Process, SessionProcesses } from "./session/session-processes.ts";
export { SessionVariables } from "./session/session-variables.ts";

export { ExecutionHandle, type FollowedOptions } from "./execution/execution-handle.ts";
export { RunHandle, type RunOptions } from "./execution/run-handle.ts";
export type { ExecuteOptions, ExecuteRequest } from "./execution/execute-options.ts";
export type {
  Display,
  Execution,
  ExecutionDetails,
  ExecutionEnd,
  ExecutionFailure,
  ExecutionResult,
  ExecutionStatus,
  MimeBundle,
  NamespaceChanges,
  Output,
  OutputEncoding,
  TracebackFrame,
} from "./execution/execution.ts";
export type { ExecutionEvent, InputRequest, OutputEvent } from "./execution/execution-event.ts";

export type { Checkpoint } from "./checkpoint/checkpoint.ts";
export { Checkpoints } from "./checkpoint/checkpoints.ts";
export type { Health, Runtime } from "./server/server-info.ts";
export type { Pool, PoolDurations, PoolRuntime } from "./server/pool.ts";
