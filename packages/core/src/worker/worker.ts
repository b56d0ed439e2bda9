import type {
  Display,
  ExecutionFailure,
  ExecutionResult,
  MimeBundle,
} from "../protocol/execution-data.ts";
import type { NamespaceChanges, Skipped, Variable } from "../protocol/namespace-data.ts";
import type { Value } from "../protocol/value.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { OutputStream } from "./output-pipes.ts";
import type { ProcessExit } from "./process-exit.ts";
import type { StopOptions, StopReport } from "./stop-ladder.ts";

/** What a runtime can do beyond running code and streaming its output. */
export type Feature =
  | "stdin" // bytes given with an execution
  | "input" // live input while it runs
  | "background" // executions beside the foreground
  | "results" // values of last expressions
  | "displays" // rich output
  | "interrupt" // an interrupt that keeps the state
  | "checkpoint" // the state as bytes, and back
  | "fork" // a second worker with the whole state
  | "namespace" // variables by name
  | "changes" // what an execution changed
  | "completion"; // completion and documentation

/** What {@link Runtime.inspect} found on this machine. */
export type RuntimeInfo =
  | {
      readonly name: string;
      /** Which one it is, where there are several for the language, such as `"pyodide"`. */
      readonly engine?: string;
      readonly isAvailable: true;
      readonly version: string;
      readonly executable: string;
      readonly features: readonly Feature[];
    }
  | {
      readonly name: string;
      readonly engine?: string;
      readonly isAvailable: false;
      /** Why not. */
      readonly reason: string;
      /** What to install, as a sentence for people. */
      readonly install: string;
    };

/** One language: how its workers are started. Stateless, shared by all sessions. */
export interface Runtime {
  /** What clients name it by, such as `"bash"`. */
  readonly name: string;
  inspect(): Promise<RuntimeInfo>;
  /** Refuses what no worker of it could run, before it is queued. @throws HoldfastError `invalid_request` */
  check?(request: WorkerRequest): void;
  /**
   * Starts a worker and waits for its ready handshake.
   * @throws HoldfastError `worker_start_failed`, `runtime_unavailable`, `protocol_mismatch`, `cancelled`
   */
  start(options: WorkerStartOptions): Promise<Worker>;
  /**
   * Starts a worker for nobody yet: pristine, and ready to become that of any session. Absent where that gains nothing.
   * @throws HoldfastError as {@link start}
   */
  warm?(options: WarmOptions): Promise<WarmWorker>;
  /** Ends what the runtime itself keeps, such as template processes. Workers live on. */
  close?(): Promise<void>;
}

export interface WarmOptions {
  readonly startTimeoutMs: number;
  /** The environment that its session will most likely be started with. @default that of this process */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A worker that waits for its session. */
export interface WarmWorker extends AsyncDisposable {
  readonly pid: number;
  /** Settles when its process has ended, assigned or not. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Whether {@link assign} can give a session what it asks for; what cannot be changed any more needs a start of its own. */
  suits(options: WorkerStartOptions): boolean;
  /**
   * Makes it the worker of a session, once. Its process is the worker's from then on.
   * @throws HoldfastError `worker_start_failed`, `cancelled`; it has ended then
   */
  assign(options: WorkerStartOptions): Promise<Worker>;
  /** Ends it, when it was not assigned. */
  stop(options?: StopOptions): Promise<StopReport>;
}

export interface WorkerStartOptions {
  readonly sessionId: string;
  /** The whole environment of the worker: nothing of the server's own is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly startTimeoutMs: number;
  readonly maxFrameBytes?: number;
  readonly signal?: AbortSignal;
  /** Receives what is written for an execution after its end, by what it left running. Copy what is kept. */
  readonly onLateOutput?: (executionId: string, stream: OutputStream, bytes: Buffer) => void;
}

/** One execution, as a worker sees it. */
export interface WorkerRequest {
  /** Unique within the session, `[A-Za-z0-9_-]{1,64}`. */
  readonly executionId: string;
  readonly code: string;
  /** Bytes on standard input, then end of file. `null`: empty. With `allowInput`, these come first. */
  readonly stdin: Uint8Array | null;
  /** Variables for this execution alone. */
  readonly env: Readonly<Record<string, string>> | null;
  /** Directory for this execution alone; the session's own is what it was before when it ends. */
  readonly cwd: string | null;
  /** Whether standard input stays open for {@link WorkerExecution.write} and `input()` asks. */
  readonly allowInput: boolean;
  /** Whether a `changes` event tells what it changed; for workers with that feature. */
  readonly trackChanges: boolean;
}

/** What happens while an execution runs, in order. */
export type WorkerEvent =
  | { readonly type: "started"; readonly pid: number }
  /** `bytes` is a view of a shared buffer: copy before returning what is to be kept. */
  | { readonly type: OutputStream; readonly bytes: Buffer }
  | ({ readonly type: "display" } & Display)
  | { readonly type: "input_request"; readonly prompt: string; readonly password: boolean }
  | ({ readonly type: "result" } & ExecutionResult)
  | ({ readonly type: "error" } & ExecutionFailure)
  | ({ readonly type: "changes" } & NamespaceChanges);

export type WorkerEventListener = (event: WorkerEvent) => void;

/** How an execution ended, exactly once. `lost`: the worker's process is gone, `exitCode` and `signal` say how. */
export interface WorkerOutcome {
  readonly status: "ok" | "error" | "interrupted" | "lost";
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An execution that runs. No event comes after `ended` has settled. */
export interface WorkerExecution {
  /** Never rejects. All output that the foreground wrote has been delivered before it settles. */
  readonly ended: Promise<WorkerOutcome>;
  /** Asks the code to stop, as Ctrl-C does; the state is kept. Nothing happens when it has ended. */
  interrupt(): void;
  /**
   * Bytes for standard input, or the answer to an `input_request` (without the newline that ends it).
   * @throws HoldfastError `input_not_expected`
   */
  write(data: Uint8Array, options?: { readonly close?: boolean }): Promise<void>;
  /** Stops reading output, so that the code blocks when its pipes are full. */
  pause(): void;
  resume(): void;
}

/** An execution beside the foreground, a process tree of its own. */
export interface BackgroundExecution extends WorkerExecution {
  readonly pid: number;
  /** Signals its process group. */
  kill(signal: NodeJS.Signals): void;
  /** Climbs the ladder and answers when nothing of it is left. */
  stop(options?: StopOptions): Promise<StopReport>;
}

/** One live process (tree) of a runtime. One foreground execution at a time. */
export interface Worker extends AsyncDisposable {
  readonly pid: number;
  readonly version: string;
  readonly features: ReadonlySet<Feature>;
  /** Settles when the worker's process has ended, for whatever reason. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Starts the one foreground execution. Call only when the last one has ended. Events come after the call has returned. */
  execute(request: WorkerRequest, onEvent: WorkerEventListener): WorkerExecution;
  /**
   * Starts one beside the foreground, with the session's state as of the last boundary between executions.
   * Settles when it has a process. @throws HoldfastError `feature_unsupported`, `worker_lost`, `worker_start_failed`
   */
  executeInBackground?(
    request: WorkerRequest,
    onEvent: WorkerEventListener,
  ): Promise<BackgroundExecution>;
  /** Ends the worker and all it started, background executions too. Repeated calls share the end. */
  stop(options?: StopOptions): Promise<StopReport>;

  // All of the following: only while no foreground execution runs, one at a time. Their promises reject with
  // `worker_lost` when the worker ends meanwhile.

  /**
   * Writes the state, piece by piece; each piece is a view that is valid until `write` has settled. What cannot be kept is
   * left out and named. The state stays as it is.
   */
  checkpoint?(write: (piece: Uint8Array) => Promise<void>): Promise<CheckpointReport>;
  /**
   * Replaces the state by one that {@link checkpoint} wrote, whoever's it was.
   * @throws HoldfastError `checkpoint_invalid`; the state is as before
   */
  restore?(pieces: AsyncIterable<Uint8Array>): Promise<RestoreReport>;
  /** A second worker with the whole state, a process tree of its own; both go their own ways. */
  fork?(options: WorkerStartOptions): Promise<ForkReport>;
  /** The user's variables, all or those of these names that there are; `value` is filled in on request. */
  variables?(options: {
    readonly names: readonly string[] | null;
    readonly withValues: boolean;
  }): Promise<readonly Variable[]>;
  /** @throws HoldfastError `invalid_request` for a name or a value that the language cannot have */
  setVariable?(name: string, value: Value): Promise<void>;
  /** Removes the user's variables: all, or those of these names. @throws HoldfastError `variable_not_found` */
  deleteVariables?(names: readonly string[] | null): Promise<void>;
  modules?(): Promise<readonly ModuleInfo[]>;
  /** `cursor` counts Unicode code points. */
  complete?(code: string, cursor: number): Promise<Completions>;
  /** Documentation of what stands at the cursor, `null` where nothing is known. */
  inspect?(code: string, cursor: number): Promise<MimeBundle | null>;
  /**
   * Settles with a sign of life, also while code runs; rejects, or stays open, as long as there is none: a stopped process, or
   * an idle worker that does not answer. Code that runs is not asked: what computes for long looks the same as what is stuck,
   * and only an interrupt that is not taken tells them apart.
   */
  ping?(): Promise<Heartbeat>;
}

export interface CheckpointReport {
  /** How the state was written, such as `dill`; for people. */
  readonly format: string;
  readonly skipped: readonly Skipped[];
}

export interface RestoreReport {
  readonly skipped: readonly Skipped[];
}

export interface ForkReport {
  readonly worker: Worker;
  /** What the new one does not have, such as threads. */
  readonly skipped: readonly Skipped[];
}

export interface ModuleInfo {
  readonly name: string;
  readonly version: string | null;
  /** The execution that imported it, where that is known. */
  readonly executionId: string | null;
}

export interface Completions {
  readonly matches: readonly string[];
  /** What a match takes the place of, in Unicode code points. */
  readonly start: number;
  readonly end: number;
}
