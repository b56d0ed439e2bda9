// Generated from the server's OpenAPI document by api-types.test.ts; HOLDFAST_UPDATE=1 writes it anew.

export interface ApiTypes {
  Checkpoint: Checkpoint;
  CheckpointList: CheckpointList;
  CodeAtCursor: CodeAtCursor;
  Completions: Completions;
  CreateSession: CreateSession;
  Display: Display;
  Execute: Execute;
  Execution: Execution;
  ExecutionDetails: ExecutionDetails;
  ExecutionFailure: ExecutionFailure;
  ExecutionList: ExecutionList;
  ExecutionResult: ExecutionResult;
  FileEntry: FileEntry;
  FileList: FileList;
  Fork: Fork;
  Forked: Forked;
  Health: Health;
  Input: Input;
  Inspection: Inspection;
  Kill: Kill;
  MimeBundle: MimeBundle;
  Module: Module;
  ModuleList: ModuleList;
  NamespaceChanges: NamespaceChanges;
  Pool: Pool;
  Problem: Problem;
  Process: Process;
  ProcessList: ProcessList;
  Resources: Resources;
  Restore: Restore;
  Run: Run;
  Runtime: Runtime;
  Session: Session;
  SessionList: SessionList;
  SetVariable: SetVariable;
  Skipped: Skipped;
  TakeCheckpoint: TakeCheckpoint;
  TracebackFrame: TracebackFrame;
  UpdateSession: UpdateSession;
  Variable: Variable;
  VariableDetails: VariableDetails;
  VariableList: VariableList;
}
export interface Checkpoint {
  id: string;
  sessionId: string;
  runtime: string;
  runtimeVersion: string;
  name: string | null;
  /**
   * How the state was written, such as dill
   */
  format: string;
  createdAt: string;
  sizeBytes: number;
  skipped: Skipped[];
}
export interface Skipped {
  name: string;
  reason: string;
}
export interface CheckpointList {
  items: Checkpoint[];
  nextCursor: string | null;
}
export interface CodeAtCursor {
  code: string;
  /**
   * In Unicode code points; the end of the code where it is left out
   */
  cursor?: number;
}
export interface Completions {
  matches: string[];
  start: number;
  end: number;
}
export interface CreateSession {
  runtime: string;
  id?: string;
  env?: {
    [k: string]: string;
  };
  cwd?: string;
  labels?: {
    [k: string]: string;
  };
  idleTimeoutMs?: number | null;
  executionTimeoutMs?: number | null;
  restore?: string;
}
export interface Display {
  mime: MimeBundle;
  displayId: string | null;
  update: boolean;
}
export interface MimeBundle {
  [k: string]: string;
}
export interface Execute {
  code: string;
  stdin?: string;
  env?: {
    [k: string]: string;
  };
  cwd?: string;
  timeoutMs?: number | null;
  timeoutFrom?: "start" | "heartbeat";
  allowInput?: boolean;
  background?: boolean;
  onError?: "keep" | "rollback";
  trackChanges?: boolean;
}
export interface Execution {
  id: string;
  sessionId: string;
  status: "queued" | "running" | "ok" | "error" | "timeout" | "interrupted" | "lost";
  background: boolean;
  pid: number | null;
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  stdoutBytes: number;
  stderrBytes: number;
  truncated: boolean;
  result: ExecutionResult | null;
  displays: Display[];
  error: ExecutionFailure | null;
  changes: NamespaceChanges | null;
  startedAt: string | null;
  durationMs: number;
  sessionState: "kept" | "restored" | "lost";
}
export interface ExecutionResult {
  repr: string;
  /**
   * JSON, or a tagged map such as {$type: tuple, items: []}
   */
  value?: {
    [k: string]: unknown;
  };
  valueTruncated: boolean;
  mime: MimeBundle;
}
export interface ExecutionFailure {
  name: string;
  message: string;
  traceback: TracebackFrame[];
  text: string;
}
export interface TracebackFrame {
  file: string;
  line: number;
  function: string;
  source: string;
}
export interface NamespaceChanges {
  added: string[];
  changed: string[];
  removed: string[];
  modules: string[];
}
export interface ExecutionDetails {
  id: string;
  sessionId: string;
  status: "queued" | "running" | "ok" | "error" | "timeout" | "interrupted" | "lost";
  background: boolean;
  pid: number | null;
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  stdoutBytes: number;
  stderrBytes: number;
  truncated: boolean;
  result: ExecutionResult | null;
  displays: Display[];
  error: ExecutionFailure | null;
  changes: NamespaceChanges | null;
  startedAt: string | null;
  durationMs: number;
  sessionState: "kept" | "restored" | "lost";
  code: string;
}
export interface ExecutionList {
  items: ExecutionDetails[];
  nextCursor: string | null;
}
export interface FileEntry {
  name: string;
  type: "file" | "directory" | "symlink" | "other";
  sizeBytes: number;
  modifiedAt: string;
}
export interface FileList {
  /**
   * The directory, absolute
   */
  path: string;
  items: FileEntry[];
  nextCursor: string | null;
}
export interface Fork {
  count?: number;
  /**
   * @maxItems 1000
   */
  ids?: string[];
}
export interface Forked {
  items: Session[];
  skipped: Skipped[];
}
export interface Session {
  id: string;
  runtime: string;
  state: "starting" | "idle" | "busy" | "restarting" | "lost" | "closed";
  pid: number | null;
  createdAt: string;
  lastActivityAt: string;
  expiresAt: string | null;
  restarts: number;
  executionCount: number;
  /**
   * The session that it was forked from
   */
  parentId: string | null;
  labels: {
    [k: string]: string;
  };
}
export interface Health {
  status: "ok";
  version: string;
  /**
   * Of this server process: another one has another
   */
  instanceId: string;
  sessions: number;
  /**
   * Whether sessions and output are being kept; `degraded`: the disk refuses, and sessions go on
   */
  persistence: "ok" | "degraded" | "none";
}
export interface Input {
  data?: string;
  /**
   * Bytes that are not UTF-8, in place of data
   */
  base64?: string;
  close?: boolean;
}
export interface Inspection {
  mime: MimeBundle | null;
}
export interface Kill {
  signal?:
    | "SIGHUP"
    | "SIGINT"
    | "SIGQUIT"
    | "SIGILL"
    | "SIGTRAP"
    | "SIGABRT"
    | "SIGIOT"
    | "SIGBUS"
    | "SIGFPE"
    | "SIGKILL"
    | "SIGUSR1"
    | "SIGSEGV"
    | "SIGUSR2"
    | "SIGPIPE"
    | "SIGALRM"
    | "SIGTERM"
    | "SIGCHLD"
    | "SIGSTKFLT"
    | "SIGCONT"
    | "SIGSTOP"
    | "SIGTSTP"
    | "SIGTTIN"
    | "SIGTTOU"
    | "SIGURG"
    | "SIGXCPU"
    | "SIGXFSZ"
    | "SIGVTALRM"
    | "SIGPROF"
    | "SIGWINCH"
    | "SIGIO"
    | "SIGPOLL"
    | "SIGPWR"
    | "SIGSYS";
}
export interface Module {
  name: string;
  version: string | null;
  executionId: string | null;
}
export interface ModuleList {
  items: Module[];
}
export interface Pool {
  acquisitions: number;
  hits: number;
  misses: number;
  hitRate: number;
  refused: number;
  timedOut: number;
  cancelled: number;
  failed: number;
  waits: {
    count: number;
    totalMs: number;
    maxMs: number;
  };
  warmUps: {
    count: number;
    totalMs: number;
    maxMs: number;
  };
  warmUpFailures: number;
  created: number;
  discarded: {
    [k: string]: number;
  };
  size: number;
  idle: number;
  warm: number;
  kept: number;
  leased: number;
  starting: number;
  resetting: number;
  ending: number;
  waiting: number;
  runtimes: {
    [k: string]: {
      minIdle: number;
      warm: number;
      warming: number;
      failures: number;
      isBackingOff: boolean;
      lastError: string | null;
    };
  };
}
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  [k: string]: unknown;
}
export interface Process {
  pid: number;
  parentPid: number;
  command: string;
  state: "running" | "sleeping" | "waiting" | "stopped" | "zombie";
  startedAt: string;
  cpuMs: number;
  memoryBytes: number;
  /**
   * Where it is sure
   */
  executionId: string | null;
}
export interface ProcessList {
  items: Process[];
}
export interface Resources {
  /**
   * Processor time so far; a restart begins anew
   */
  cpuMs: number;
  memoryBytes: number;
  /**
   * pss: shared pages count by their share; rss: in full
   */
  memoryKind: "pss" | "rss";
  processes: number;
  threads: number;
  descriptors: number;
}
export interface Restore {
  checkpointId: string;
}
export interface Run {
  code: string;
  stdin?: string;
  env?: {
    [k: string]: string;
  };
  cwd?: string;
  timeoutMs?: number | null;
  timeoutFrom?: "start" | "heartbeat";
  allowInput?: boolean;
  background?: boolean;
  onError?: "keep" | "rollback";
  trackChanges?: boolean;
  runtime: string;
}
export interface Runtime {
  name: string;
  engine: string | null;
  available: boolean;
  version: string | null;
  features: string[];
  reason: string | null;
  install: string | null;
}
export interface SessionList {
  items: Session[];
  nextCursor: string | null;
}
export interface SetVariable {
  value?: unknown;
}
export interface TakeCheckpoint {
  name?: string;
}
export interface UpdateSession {
  labels?: {
    [k: string]: string;
  };
  idleTimeoutMs?: number | null;
  executionTimeoutMs?: number | null;
}
export interface Variable {
  name: string;
  type: string;
  repr: string;
  sizeBytes: number | null;
  source: string | null;
}
export interface VariableDetails {
  name: string;
  type: string;
  repr: string;
  sizeBytes: number | null;
  source: string | null;
  /**
   * JSON, or a tagged map such as {$type: tuple, items: []}
   */
  value?: {
    [k: string]: unknown;
  };
  valueTruncated: boolean;
}
export interface VariableList {
  items: Variable[];
}
