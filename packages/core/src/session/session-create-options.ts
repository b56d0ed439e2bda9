import type { OutputStream } from "../worker/output-pipes.ts";
import type { Runtime, Worker, WorkerStartOptions } from "../worker/worker.ts";
import type { Execution } from "./execution.ts";
import type { SessionOptions } from "./session-options.ts";

/** What {@link Session.open} needs. */
export interface SessionCreateOptions extends SessionOptions {
  readonly runtime: Runtime;
  /** @default a random one, 128 bits */
  readonly id?: string;
  /** The whole environment of the session's worker. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the session starts. @default `/` */
  readonly cwd?: string;
  /** Output of what an execution left running, after its end. */
  readonly onLateOutput?: (executionId: string, stream: OutputStream, bytes: Buffer) => void;
  /** Something was done or written: for idle expiry. */
  readonly onActivity?: (sessionId: string) => void;
  /** An execution was accepted: for those who record it. */
  readonly onExecution?: (execution: Execution) => void;
  /** It has this worker from now on. Not all were started: a transaction that goes back can put a fork in the place of one. */
  readonly onWorker?: (worker: Worker) => void;
  /** How its workers come up, such as out of a pool. @default the runtime's `start` */
  readonly startWorker?: (options: WorkerStartOptions) => Promise<Worker>;
  /** Where the state comes from when a worker is lost. @default nowhere: it is lost with it */
  readonly recovery?: RecoverySource;
  /** Whether the first worker starts from {@link recovery} already. @default false */
  readonly isRestored?: boolean;
}

/** The checkpoint that a session goes on from when its worker is lost. */
export interface RecoverySource {
  /** Whether there is one at the moment. */
  readonly hasCheckpoint: boolean;
  /** The state, as {@link Session.checkpoint} wrote it. @throws HoldfastError `checkpoint_not_found`, `checkpoint_invalid` */
  open(): AsyncIterable<Uint8Array>;
}

/** What a session was before the process that had it ended. Times in milliseconds since the epoch. */
export interface SessionPast {
  readonly createdAt: number;
  readonly lastActivityAt: number;
  readonly restarts: number;
  readonly executionCount: number;
}
