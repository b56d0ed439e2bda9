import type { ExecutionHandle } from "../session/execution-handle.ts";
import type { Session } from "../session/session.ts";
import { hasEnded } from "../session/execution-record.ts";
import { executionNotFound } from "../session/session-errors.ts";
import { PastExecution } from "../store/past-execution.ts";
import type { Store } from "../store/store.ts";

const pageExecutions = 20;

/** One execution of a session: in memory where it is, else as it was stored. @throws HoldfastError `execution_not_found`, `store_invalid`, `store_unavailable` */
export async function findExecution(
  session: Session,
  executionId: string,
  store: Store | null,
): Promise<ExecutionHandle> {
  const live = session.executions.find(({ id }) => id === executionId);
  if (live !== undefined || store === null) return live ?? session.execution(executionId);
  const stored = await store.execution(session.id, executionId);
  // One that has not ended is one that could not be started.
  if (stored === null || !hasEnded(stored.record.status)) return session.execution(executionId);
  return PastExecution.read(store, stored);
}

/**
 * The executions of a session, newest first, those that were accepted before `before`. What is stored and cannot be read is left out.
 * @throws HoldfastError `execution_not_found` when `before` is not known
 */
export async function* executionHistory(
  session: Session,
  before: string | undefined,
  store: Store | null,
): AsyncGenerator<ExecutionHandle, void, void> {
  const live = session.executions.toReversed();
  const begin = before === undefined ? 0 : live.findIndex(({ id }) => id === before) + 1;
  const isInMemory = before === undefined || begin > 0;
  if (!isInMemory && store === null) throw executionNotFound(session.id, before);
  if (isInMemory) yield* live.slice(begin);
  if (store === null) return;
  const seen = new Set(live.map(({ id }) => id));
  let position = isInMemory ? undefined : before;
  for (;;) {
    const { records, damaged } = await store.executions(session.id, {
      limit: pageExecutions,
      ...(position === undefined ? {} : { before: position }),
    });
    for (const stored of records) {
      if (!seen.has(stored.record.id) && hasEnded(stored.record.status))
        yield await PastExecution.read(store, stored);
    }
    if (records.length + damaged.length < pageExecutions) return;
    position = records.at(-1)?.record.id ?? position;
    if (records.length === 0) return;
  }
}
