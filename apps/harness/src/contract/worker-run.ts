import type {
  Worker,
  WorkerEvent,
  WorkerExecution,
  WorkerOutcome,
  WorkerRequest,
} from "@holdfast/core";
import { buildRequest } from "../build/build-request.ts";

/** A request of {@link runOn}; what is left out is as in {@link buildRequest}. */
export interface WorkerRunOptions extends Partial<WorkerRequest> {
  /** Pauses with the first output. */
  readonly pauseAfterFirst?: boolean;
}

/** One execution with all it told; output is copied as it comes. */
export interface WorkerRun {
  readonly executionId: string;
  readonly execution: WorkerExecution;
  readonly events: readonly WorkerEvent[];
  /** Its end, waited for with bounds. */
  readonly ended: Promise<WorkerOutcome>;
  /** Settles with the first output, or with the end; likewise. */
  readonly firstOutput: Promise<unknown>;
  readonly bytes: (stream: "stdout" | "stderr") => Buffer;
  readonly text: (stream: "stdout" | "stderr") => string;
  /** The events of one kind. */
  readonly of: <Type extends WorkerEvent["type"]>(
    type: Type,
  ) => readonly (WorkerEvent & { readonly type: Type })[];
}

/** Runs something on a worker and keeps what it tells. */
export function runOn(
  worker: Worker,
  { pauseAfterFirst = false, ...fields }: WorkerRunOptions,
  soon: <T>(promise: Promise<T>, what: string) => Promise<T>,
): WorkerRun {
  const request = buildRequest(fields);
  const events: WorkerEvent[] = [];
  const first = Promise.withResolvers<unknown>();
  const execution = worker.execute(request, (event) => {
    const isOutput = event.type === "stdout" || event.type === "stderr";
    const isFirst = isOutput && !events.some(({ type }) => type === event.type);
    events.push(isOutput ? { ...event, bytes: Buffer.from(event.bytes) } : event);
    if (isFirst && pauseAfterFirst) execution.pause();
    if (isOutput) first.resolve(null);
  });
  void execution.ended.then(first.resolve);
  const bytes = (stream: "stdout" | "stderr") =>
    Buffer.concat(events.flatMap((event) => (event.type === stream ? [event.bytes] : [])));
  const ended = soon(execution.ended, "end of an execution");
  const firstOutput = soon(first.promise, "first output of an execution");
  // Whoever waits for them gets their errors; nobody has to.
  for (const one of [ended, firstOutput]) one.catch(() => {});
  return {
    executionId: request.executionId,
    execution,
    events,
    ended,
    firstOutput,
    bytes,
    text: (stream) => bytes(stream).toString(),
    of: <Type extends WorkerEvent["type"]>(type: Type) =>
      events.filter((event): event is WorkerEvent & { readonly type: Type } => event.type === type),
  };
}
