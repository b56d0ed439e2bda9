import { HoldfastError } from "../errors/holdfast-error.ts";
import { within } from "../time/within.ts";
import type { GuardedProcess } from "./guarded-process.ts";
import type { WorkerStartOptions } from "./worker.ts";

/**
 * Waits for what shows that a process is up, such as its first message. Should that not come, because the process ends
 * before, takes longer than `startTimeoutMs`, or is not wanted any more, nothing of the process is left.
 * @throws HoldfastError `worker_start_failed`, with the end of what the process wrote to its standard error when it ended;
 *   `cancelled`
 */
export async function awaitReady<T>(
  process: GuardedProcess,
  ready: Promise<T>,
  { sessionId, startTimeoutMs, signal }: WorkerStartOptions,
): Promise<T> {
  const what = `start of a worker for session ${sessionId}`;
  const died = process.ended.then(({ stderrTail }) =>
    Promise.reject(new Error(stderrTail.trim() || "it ended")),
  );
  try {
    return await within(Promise.race([ready, died]), {
      timeoutMs: startTimeoutMs,
      what,
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    await process.stop();
    if (HoldfastError.is(cause) && cause.code === "cancelled") throw cause;
    throw new HoldfastError({
      code: "worker_start_failed",
      message: `${what}: ${cause instanceof Error ? cause.message : String(cause)}`,
      details: { sessionId, timeoutMs: startTimeoutMs },
      cause,
    });
  }
}
