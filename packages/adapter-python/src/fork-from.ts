import {
  type ForkReport,
  ForkSocket,
  type GuardedProcess,
  HoldfastError,
  type HostMessage,
  OutputLanes,
  type WorkerMessage,
  within,
} from "@holdfast/core";

/** How long a process may take to fork, and what a caller may give it up with. */
export interface ForkLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What was forked: a process that waits for its `hello`. */
export interface Forked {
  readonly process: GuardedProcess;
  readonly skipped: ForkReport["skipped"];
}

/**
 * Asks a process to fork and waits for the child.
 * @throws HoldfastError `worker_start_failed`, `cancelled`; then nothing is left of it
 */
export async function forkFrom(
  socket: ForkSocket,
  ask: (
    message: Omit<HostMessage & { readonly type: "fork" }, "requestId">,
  ) => Promise<WorkerMessage>,
  limits: ForkLimits,
): Promise<Forked> {
  const child = socket.expect(OutputLanes.fifos);
  const arriving = child.arrived(limits);
  arriving.catch(() => {});
  try {
    const asking = ask({
      type: "fork",
      socketPath: socket.path,
      guard: ForkSocket.guardCommand(),
      children: [child.request],
    });
    asking.catch(() => {});
    // It may be stopped: it is waited for no longer than its child is.
    const answer = await within(Promise.race([asking, arriving.then(() => asking)]), {
      ...limits,
      what: "fork of Python",
    });
    if (answer.type !== "forked") throw refusal(answer);
    return { process: await arriving, skipped: answer.skipped };
  } catch (error) {
    child.abandon();
    const [arrived] = await Promise.allSettled([arriving]);
    if (arrived.status === "fulfilled") await arrived.value.stop();
    // Who is not waited for any more finds no folder, and says that in its own way.
    else if (hasCode(arrived.reason, "cancelled")) throw arrived.reason;
    if (!HoldfastError.is(error) || error.code !== "deadline_exceeded") throw error;
    throw new HoldfastError({
      code: "worker_start_failed",
      message: error.message.replace(/^\[\w+\] /, ""),
      details: { timeoutMs: limits.timeoutMs },
      cause: error,
    });
  }
}

function hasCode(error: unknown, code: HoldfastError["code"]): boolean {
  return HoldfastError.is(error) && error.code === code;
}

function refusal(answer: WorkerMessage): HoldfastError {
  const why = "message" in answer ? answer.message : `it answered ${answer.type}`;
  return new HoldfastError({ code: "worker_start_failed", message: `fork of Python: ${why}` });
}
