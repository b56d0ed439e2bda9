import type { HostMessage } from "../../protocol/host-message.ts";
import type { WorkerMessage } from "../../protocol/worker-message.ts";
import type { HoldfastError } from "../../errors/holdfast-error.ts";
import type { GuardedProcess } from "../guarded-process.ts";
import type { InterruptAttempt, InterruptBrought, WorkerOperations } from "../guarded-worker.ts";
import type { Feature, WorkerStartOptions } from "../worker.ts";
import type { ProtocolRequest } from "./requests.ts";

/** What sets the workers of one runtime apart from others that speak the protocol. */
export interface WorkerKind {
  /** The runtime's name, such as `"python"`. */
  readonly runtime: string;
  /** For people, such as `"JavaScript"`. */
  readonly language: string;
  /** The program that runs it, for people, such as `"Node"`. @default `language` */
  readonly program?: string;
  readonly features: readonly Feature[];
  /** Brings an interrupt to code that runs. @default {@link interruptBySignal} */
  readonly interrupt?: (attempt: InterruptAttempt, link: WorkerLink) => InterruptBrought;
  /** The methods of features that not all of them have, such as `fork`. */
  readonly operations?: (link: WorkerLink) => WorkerOperations;
}

/** A worker as its kind sees it. */
export interface WorkerLink {
  readonly process: GuardedProcess;
  readonly start: WorkerStartOptions;
  /** Tells it something. Nothing happens when its channel is closed: its end follows. */
  readonly send: (message: HostMessage) => void;
  /** Asks it something between executions. @throws HoldfastError `worker_lost` */
  readonly ask: (request: ProtocolRequest) => Promise<WorkerMessage>;
  /** The error for what cannot be had of it any more. */
  readonly lost: (what: string) => HoldfastError;
}

// When it is brought again to code that has not noticed it: a signal came right before a system call, which it did not end.
const againMs = 20;

/** By SIGINT, and by a message for one that comes before the code has begun: then a signal finds nothing. */
export function interruptBySignal(
  { request, isFirst }: InterruptAttempt,
  { process, send }: WorkerLink,
): InterruptBrought {
  if (isFirst) send({ type: "interrupt", executionId: request.executionId });
  process.signal("SIGINT");
  return { againMs, isSignalled: true };
}

/** By messages alone, for a process that looks for them while code runs. */
export function interruptByMessage(
  { request }: InterruptAttempt,
  { send }: WorkerLink,
): InterruptBrought {
  send({ type: "interrupt", executionId: request.executionId });
  return { againMs, isSignalled: false };
}
