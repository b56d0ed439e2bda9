import type { ExecutionEvent } from "../execution/execution-event.ts";
import type { CallOptions } from "../http/http-client.ts";
import type { Session } from "../session/session.ts";

/** Which events, and for how long. */
export interface EventsUntilOptions extends CallOptions {
  readonly executionId: string;
  /** The seq behind which to begin. */
  readonly after: number;
  /** Milliseconds until it ends, though more may come; at most 300,000. */
  readonly yieldTimeMs: number;
}

const longestYieldMs = 300_000;

/** The events of an execution until it ends or the time is over. @throws the signal's reason */
export async function* eventsUntil(
  session: Session,
  { executionId, after, yieldTimeMs, signal }: EventsUntilOptions,
): AsyncGenerator<ExecutionEvent, void, void> {
  signal?.throwIfAborted();
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  const timer = setTimeout(leave, Math.min(longestYieldMs, Math.max(0, yieldTimeMs)));
  signal?.addEventListener("abort", leave, { once: true });
  try {
    yield* session.execution(executionId, { signal: leaving.signal }).events({ after });
  } catch (error) {
    signal?.throwIfAborted();
    if (!leaving.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
  }
}
