/** What clients see of a session. `lost`: it has no worker, the next execution starts a fresh one. */
export type SessionStatus = "starting" | "idle" | "busy" | "restarting" | "lost" | "closed";

/** Why a running execution is being ended before its time. */
export type EndingCause = "interrupt" | "timeout" | "kill" | "restart" | "close";

/** The execution that has the worker. `ending` is set from the first request to end it. */
export interface RunningExecution {
  readonly executionId: string;
  readonly ending: EndingCause | null;
}

/** All that decides what a session does next. Plain data. */
export interface SessionState {
  readonly status: SessionStatus;
  /** Counts the workers; what an older one reports is ignored. */
  readonly generation: number;
  readonly running: RunningExecution | null;
  /** Ids that wait, first in first out. */
  readonly queue: readonly string[];
  readonly maxQueuedExecutions: number;
}

/** What can happen to a session. An `executionId` may be that of an operation, which takes its turn among the executions. */
export type SessionEvent =
  | { readonly type: "execute"; readonly executionId: string }
  | { readonly type: "wake" }
  | { readonly type: "interrupt"; readonly executionId: string }
  /** `isForced`: at once, else with the grace of a SIGTERM. */
  | { readonly type: "kill"; readonly executionId: string; readonly isForced: boolean }
  | { readonly type: "deadline"; readonly executionId: string }
  | { readonly type: "grace_over"; readonly executionId: string }
  | { readonly type: "restart" }
  | { readonly type: "close" }
  | { readonly type: "worker_ready"; readonly generation: number }
  | { readonly type: "worker_failed"; readonly generation: number }
  | { readonly type: "worker_exited"; readonly generation: number }
  | {
      readonly type: "execution_ended";
      readonly executionId: string;
      /** Whether the worker is gone with it. */
      readonly isWorkerLost: boolean;
    };

/** What the session has to do, in this order. */
export type SessionAction =
  | { readonly type: "start_worker"; readonly generation: number }
  | { readonly type: "stop_worker" }
  /** SIGTERM, and after its grace SIGKILL. */
  | { readonly type: "terminate_worker" }
  /** SIGKILL at once. */
  | { readonly type: "kill_worker" }
  | { readonly type: "run"; readonly executionId: string }
  | { readonly type: "interrupt"; readonly executionId: string }
  /** The execution never ran: it ends as interrupted. */
  | { readonly type: "cancel"; readonly executionId: string }
  /** It ran on a worker that is gone and never reported its end: it ends as lost. */
  | { readonly type: "abandon"; readonly executionId: string }
  /** The execution never ran: its worker could not be started. */
  | { readonly type: "fail"; readonly executionId: string };

/** Why an event is refused; the codes are those of the errors that callers get. */
export type SessionRejection = "session_closed" | "queue_full";

export type SessionTransition =
  | {
      readonly isAccepted: true;
      readonly state: SessionState;
      readonly actions: readonly SessionAction[];
    }
  | { readonly isAccepted: false; readonly code: SessionRejection };
