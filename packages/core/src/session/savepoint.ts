import { HoldfastError } from "../errors/holdfast-error.ts";
import { isStopped } from "../worker/heartbeat.ts";
import type { ForkReport, Runtime, Worker, WorkerStartOptions } from "../worker/worker.ts";

// How often a process that has not answered yet is looked at.
const lookMs = 20;

/** The state as it was before a transaction. */
export interface Savepoint {
  /**
   * Goes back: answers the worker that has the state, the same one or another in its place. The one that is replaced has
   * to be stopped by the caller. @throws HoldfastError when the state cannot be had back
   * @param isLost whether the worker has ended
   */
  rollback(isLost: boolean): Promise<Worker>;
  /** It is not needed any more: ends what was started for it, but for the worker that {@link rollback} has answered. */
  release(): Promise<unknown>;
}

/** Whether a worker can have transactions. */
export function canRollBack(worker: Worker): boolean {
  return worker.features.has("background")
    ? worker.checkpoint !== undefined && worker.restore !== undefined
    : worker.fork !== undefined;
}

/**
 * Keeps the state of a worker by a fork of it, which copies nothing. Where background executions hang on the worker it is
 * written down instead, so that going back does not end them.
 * @throws HoldfastError `feature_unsupported`, and what fork and checkpoint throw
 */
export async function takeSavepoint(
  runtime: Runtime,
  worker: Worker,
  start: WorkerStartOptions,
): Promise<Savepoint> {
  if (!canRollBack(worker)) throw noTransactions(runtime, start.sessionId);
  if (worker.features.has("background")) return writtenSavepoint(runtime, worker, start);
  const fork = await worker.fork?.(start);
  if (fork === undefined) throw noTransactions(runtime, start.sessionId);
  return forkedSavepoint(fork);
}

export function noTransactions(runtime: Runtime, sessionId: string): HoldfastError {
  return new HoldfastError({
    code: "feature_unsupported",
    message: `transaction in session ${sessionId}: the ${runtime.name} runtime has none`,
    details: { sessionId, runtime: runtime.name, feature: "fork" },
  });
}

function forkedSavepoint({ worker: spare }: ForkReport): Savepoint {
  let isUsed = false;
  let hasExited = false;
  void spare.exited.then(() => (hasExited = true));
  return {
    rollback: async () => {
      await expectAnswer(spare);
      if (hasExited) throw lostSavepoint();
      isUsed = true;
      return spare;
    },
    release: async () => isUsed || spare.stop(),
  };
}

/** User code can have ended or stopped it, and what it has sent can come about only now. @throws HoldfastError `worker_lost` */
async function expectAnswer(spare: Worker): Promise<void> {
  const stopped = Promise.withResolvers<never>();
  const look = () => {
    if (isStopped(spare.pid)) stopped.reject(lostSavepoint());
  };
  const looking = setInterval(look, lookMs);
  look();
  try {
    await Promise.race([stopped.promise, spare.ping?.()]);
  } finally {
    clearInterval(looking);
  }
}

function lostSavepoint(): HoldfastError {
  return new HoldfastError({
    code: "worker_lost",
    message: "the state before the transaction: the process that kept it has ended, or was stopped",
  });
}

async function writtenSavepoint(
  runtime: Runtime,
  worker: Worker,
  start: WorkerStartOptions,
): Promise<Savepoint> {
  const pieces: Buffer[] = [];
  await worker.checkpoint?.(async (piece) => void pieces.push(Buffer.from(piece)));
  async function* written() {
    yield* pieces;
  }
  const released = new AbortController();
  /** One that does not have the state yet. */
  let fresh: Worker | null = null;
  return {
    rollback: async (isLost) => {
      if (isLost) await worker.exited;
      const restored = isLost
        ? (fresh = await runtime.start({ ...start, signal: released.signal }))
        : worker;
      if (released.signal.aborted) await fresh?.stop();
      await restored.restore?.(written());
      fresh = null;
      return restored;
    },
    release: async () => {
      released.abort();
      await fresh?.stop();
    },
  };
}
