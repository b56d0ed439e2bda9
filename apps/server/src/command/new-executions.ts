import { setTimeout as delay } from "node:timers/promises";
import { type ExecutionDetails, type Session, isApiError } from "@holdfast/client";

const pollIntervalMs = 200;

/** Where to begin, and how to stop. */
export interface NewExecutionsOptions {
  /** How many of those that were there come first. */
  readonly past: number;
  /** Whether to wait for what comes. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** The executions of a session, oldest first: some that were there, then each that comes, until the session ends. */
export async function* newExecutions(
  session: Session,
  { past, follow, signal }: NewExecutionsOptions,
): AsyncGenerator<ExecutionDetails, void, void> {
  const seen = new Set<string>();
  let count = (await session.info(signal === undefined ? {} : { signal })).executionCount;
  for (const execution of await latest(session, past)) {
    seen.add(execution.id);
    yield execution;
  }
  // Those that were there and are not wanted do not come later.
  for (const { id } of await latest(session, 1)) seen.add(id);
  while (follow && signal?.aborted !== true) {
    const now = await countOf(session);
    if (now === null) return;
    if (now > count) {
      const fresh = (await latest(session, Math.min(1000, now - count + 1))).filter(
        ({ id }) => !seen.has(id),
      );
      count = now;
      for (const execution of fresh) {
        seen.add(execution.id);
        yield execution;
      }
    }
    await delay(pollIntervalMs);
  }
}

/** So many of the latest, oldest first. */
async function latest(session: Session, count: number): Promise<readonly ExecutionDetails[]> {
  const found: ExecutionDetails[] = [];
  if (count === 0) return found;
  for await (const execution of session.executions({ limit: Math.min(count, 1000) }))
    if (found.push(execution) === count) break;
  return found.toReversed();
}

/** `null` when the session has ended. */
async function countOf(session: Session): Promise<number | null> {
  try {
    return (await session.info()).executionCount;
  } catch (error) {
    if (isApiError(error, "session_not_found", "session_closed", "session_expired")) return null;
    throw error;
  }
}
