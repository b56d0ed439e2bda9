import {
  type GuardedProcess,
  HoldfastError,
  StreamChannel,
  type WorkerMessage,
  type WorkerStartOptions,
  defaultMaxFrameBytes,
  protocolVersion,
  within,
  workerMessageSchema,
} from "@holdfast/core";
import { type PythonChannel, PythonWorker } from "./python-worker.ts";

/** What a worker takes on with its `hello`: for one that was forked, since a started one has it already. */
export interface TakenOn {
  readonly env: Readonly<Record<string, string>> | null;
  readonly cwd: string | null;
}

/**
 * Says `hello` to a process that waits for it, and makes a worker of it. When that fails the process has ended.
 * @throws HoldfastError `worker_start_failed`, `protocol_mismatch`, `cancelled`
 */
export async function greet(
  process: GuardedProcess,
  start: WorkerStartOptions,
  { env, cwd }: TakenOn = { env: null, cwd: null },
): Promise<PythonWorker> {
  const { sessionId, startTimeoutMs, signal, maxFrameBytes = defaultMaxFrameBytes } = start;
  const { channel: stream } = process;
  try {
    if (stream === null) throw new Error("there is no descriptor left for its channel");
    const channel: PythonChannel = new StreamChannel({
      stream,
      schema: workerMessageSchema,
      maxFrameBytes,
    });
    const answer = Promise.withResolvers<WorkerMessage>();
    channel.onMessage(answer.resolve);
    await channel.send({
      type: "hello",
      protocolVersion,
      sessionId,
      features: [],
      maxFrameBytes,
      env: env === null ? null : { ...env },
      cwd,
    });
    const died = process.ended.then(({ stderrTail }) =>
      Promise.reject(new Error(stderrTail.trim() || "it ended")),
    );
    const broke = channel.closed.then((error) =>
      Promise.reject(error ?? new Error("it closed its channel")),
    );
    const ready = await within(Promise.race([answer.promise, died, broke]), {
      timeoutMs: startTimeoutMs,
      what: `start of Python for session ${sessionId}`,
      ...(signal ? { signal } : {}),
    });
    if (ready.type === "fault" && ready.code === "worker_start_failed")
      throw new Error(ready.message);
    if (ready.type !== "ready" || ready.protocolVersion !== protocolVersion)
      throw mismatch(sessionId, ready);
    return new PythonWorker({ process, channel, start, version: ready.version, greet });
  } catch (cause) {
    await process.stop();
    if (
      HoldfastError.is(cause) &&
      (cause.code === "cancelled" || cause.code === "protocol_mismatch")
    )
      throw cause;
    throw new HoldfastError({
      code: "worker_start_failed",
      message: `start of Python for session ${sessionId}: ${cause instanceof Error ? cause.message : String(cause)}`,
      details: { sessionId, runtime: "python" },
      cause,
    });
  }
}

function mismatch(sessionId: string, received: WorkerMessage): HoldfastError {
  const what =
    received.type === "fault"
      ? received.message
      : `received ${JSON.stringify(received).slice(0, 200)}`;
  return new HoldfastError({
    code: "protocol_mismatch",
    message: `handshake with Python for session ${sessionId}: ${what}, version ${protocolVersion} is needed`,
    details: { sessionId, protocolVersion },
  });
}
