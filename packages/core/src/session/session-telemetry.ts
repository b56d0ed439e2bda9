import { HoldfastError } from "../errors/holdfast-error.ts";
import { publish } from "../telemetry/telemetry-channels.ts";
import { debug } from "../telemetry/debug-log.ts";
import type { RestartReason, TerminationReason } from "../telemetry/telemetry-event.ts";
import type { ProcessExit } from "../worker/process-exit.ts";
import type { WorkerRequest } from "../worker/worker.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import type { SessionAction, SessionEvent, SessionState } from "./session-state.ts";

/** What these functions read of a session. */
interface Told {
  readonly id: string;
  readonly parentId: string | null;
  readonly runtime: { readonly name: string };
  readonly pid: number | null;
  readonly createdAt: number;
  readonly restarts: number;
  readonly executionCount: number;
}

type Times = Pick<ExecutionRecord, "id" | "sessionId" | "isBackground" | "queuedAt" | "startedAt">;

let activeSessions = 0;

/** A session is there; `begunAt` as `performance.now()` has it. Each has one {@link tellTerminated}. */
export function tellCreated(session: Told, begunAt: number): void {
  activeSessions++;
  const durationMs = performance.now() - begunAt;
  const { pid, parentId } = session;
  const fields = () => ({ ...ofSession(session), parentId, pid, durationMs, activeSessions });
  publish("session.created", fields);
  debug.session?.("created", fields());
}

/** A session of before is known again; see {@link tellCreated}. */
export function tellReopened(session: Told): void {
  activeSessions++;
  const fields = () => ({ ...ofSession(session), activeSessions });
  publish("session.reopened", fields);
  debug.session?.("reopened", fields());
}

export function tellStartFailed(session: Told, begunAt: number, error: unknown): void {
  const fields = () => ({
    ...ofSession(session),
    code: codeOf(error),
    durationMs: performance.now() - begunAt,
  });
  publish("session.start_failed", fields);
  debug.session?.("start failed", fields());
}

export function tellRestarted(
  session: Told,
  {
    begunAt,
    ...facts
  }: { pid: number; reason: RestartReason; isRestored: boolean; begunAt: number },
): void {
  const { restarts } = session;
  const fields = () => ({
    ...ofSession(session),
    ...facts,
    restarts,
    durationMs: performance.now() - begunAt,
  });
  publish("session.restarted", fields);
  debug.session?.("restarted", fields());
}

export function tellTerminated(session: Told, reason: TerminationReason): void {
  activeSessions--;
  const { createdAt, executionCount, restarts } = session;
  const fields = () => ({
    ...ofSession(session),
    reason,
    lifetimeMs: Math.max(0, Date.now() - createdAt),
    executionCount,
    restarts,
    activeSessions,
  });
  publish("session.terminated", fields);
  debug.session?.("terminated", fields());
}

export function tellWorkerExited(session: Told, pid: number, exit: ProcessExit): void {
  const { exitCode, signal } = exit;
  publish("worker.exited", () => ({ ...ofSession(session), pid, exitCode, signal }));
  debug.session?.("worker exited", { sessionId: session.id, pid, exitCode, signal });
}

export function tellUnresponsive(session: Told, pid: number): void {
  publish("worker.unresponsive", () => ({ ...ofSession(session), pid }));
  debug.session?.("worker unresponsive", { sessionId: session.id, pid });
}

export function tellQueued(session: Told, request: WorkerRequest, isBackground: boolean): void {
  const { executionId } = request;
  publish("execution.queued", () => ({
    ...ofSession(session),
    executionId,
    isBackground,
    codeBytes: Buffer.byteLength(request.code),
  }));
  debug.execution?.("queued", {
    sessionId: session.id,
    executionId,
    isBackground,
    codeBytes: Buffer.byteLength(request.code),
    stdinBytes: request.stdin?.length ?? 0,
  });
}

export function tellRejected(
  session: Told,
  executionId: string,
  isBackground: boolean,
  error: unknown,
): void {
  const code = codeOf(error);
  publish("execution.rejected", () => ({ ...ofSession(session), executionId, isBackground, code }));
  debug.execution?.("rejected", { sessionId: session.id, executionId, isBackground, code });
}

export function tellStarted(runtime: string, record: Times): void {
  publish("execution.started", () => ({ ...ofExecution(runtime, record), ...queued(record) }));
  debug.execution?.("started", { ...ids(record), ...queued(record) });
}

export function tellEnded(runtime: string, record: ExecutionRecord): void {
  const { exitCode, signal, sessionState, durationMs, stdoutBytes, stderrBytes } = record;
  const facts = { exitCode, signal, sessionState, durationMs, stdoutBytes, stderrBytes };
  const { status } = record;
  if (status === "queued" || status === "running") return;
  publish("execution.ended", () => ({
    ...ofExecution(runtime, record),
    ...facts,
    ...queued(record),
    status,
    hasStarted: record.startedAt !== null,
    isTruncated: record.truncated,
  }));
  debug.execution?.("ended", { ...ids(record), status, ...facts });
}

/** What happened to a session and what it does about it. */
export function logTransition(
  sessionId: string,
  event: SessionEvent,
  from: SessionState,
  to: { readonly state: SessionState; readonly actions: readonly SessionAction[] },
): void {
  debug.session?.(event.type, {
    sessionId,
    executionId: "executionId" in event ? event.executionId : undefined,
    generation: "generation" in event ? event.generation : undefined,
    from: from.status,
    to: to.state.status,
    actions: to.actions.map(({ type }) => type).join(","),
    queue: to.state.queue.length,
  });
}

function ofSession({ id, runtime }: Told) {
  return { sessionId: id, runtime: runtime.name };
}

function ids({ sessionId, id, isBackground }: Times) {
  return { sessionId, executionId: id, isBackground };
}

function ofExecution(runtime: string, record: Times) {
  return { ...ids(record), runtime };
}

/** How long it waited, to now when it never ran. */
function queued({ queuedAt, startedAt }: Times) {
  return { queuedMs: Math.max(0, (startedAt ?? Date.now()) - queuedAt) };
}

function codeOf(error: unknown): string {
  return HoldfastError.is(error) ? error.code : "internal";
}
