import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { StreamChannel } from "../../channel/stream-channel.ts";
import { HoldfastError } from "../../errors/holdfast-error.ts";
import { defaultMaxFrameBytes } from "../../framing/frame-layout.ts";
import type { HostMessage } from "../../protocol/host-message.ts";
import { protocolVersion } from "../../protocol/protocol-version.ts";
import { type WorkerMessage, workerMessageSchema } from "../../protocol/worker-message.ts";
import { within } from "../../time/within.ts";
import type { GuardedProcess } from "../guarded-process.ts";
import { isAbleToWork } from "../heartbeat.ts";
import { OutputLanes } from "../output-lanes.ts";
import type { WorkerStartOptions } from "../worker.ts";
import type { Greeted, WorkerChannel } from "./greeted.ts";
import { ProtocolWorker } from "./protocol-worker.ts";
import type { WorkerKind } from "./worker-kind.ts";

// Between the end of the channel and that of its process.
const lastWordsMs = 500;

/** What a worker takes on with its `hello`, where it was not started with that. */
export interface TakenOn {
  readonly env: Readonly<Record<string, string>> | null;
  readonly cwd: string | null;
}

const nothing: TakenOn = { env: null, cwd: null };

/**
 * Says `hello` to a process that waits for it, and makes a worker of it. When that fails the process has ended.
 * @throws HoldfastError `worker_start_failed`, `protocol_mismatch`, `cancelled`
 */
export async function greetWorker(
  process: GuardedProcess,
  start: WorkerStartOptions,
  kind: WorkerKind,
  takenOn: TakenOn = nothing,
): Promise<ProtocolWorker> {
  return new ProtocolWorker(await greetProcess(process, start, kind, takenOn), start);
}

/**
 * Makes a process that was greeted once the worker of a session. It is not waited for: what it is told from now on comes
 * behind this, and should it refuse, it is ended.
 * @throws HoldfastError `worker_start_failed` for a directory that is not there; the process has ended then
 */
export async function assignWorker(
  greeted: Greeted,
  start: WorkerStartOptions,
  takenOn: TakenOn,
): Promise<ProtocolWorker> {
  const { process, channel, lanes, kind } = greeted;
  const why = !isAbleToWork(process.pid)
    ? "it has ended"
    : isDirectory(start.cwd)
      ? null
      : `No such directory: ${start.cwd}`;
  if (why !== null) {
    await process.stop();
    lanes.close();
    throw startFailed(kind, start.sessionId, new Error(why));
  }
  const worker = new ProtocolWorker(greeted, start);
  channel.send(hello(start, takenOn)).catch(() => {}); // it is closed: the end of the worker follows
  return worker;
}

/** @throws HoldfastError `worker_start_failed`, `protocol_mismatch`, `cancelled`; the process has ended then */
export async function greetProcess(
  process: GuardedProcess,
  start: Omit<WorkerStartOptions, "env" | "cwd">,
  kind: WorkerKind,
  takenOn: TakenOn = nothing,
): Promise<Greeted> {
  const { sessionId, startTimeoutMs, signal, maxFrameBytes = defaultMaxFrameBytes } = start;
  const { channel: stream } = process;
  try {
    if (stream === null) throw new Error("there is no descriptor left for its channel");
    const channel: WorkerChannel = new StreamChannel({
      stream,
      schema: workerMessageSchema,
      maxFrameBytes,
    });
    const answer = Promise.withResolvers<WorkerMessage>();
    channel.onMessage(answer.resolve);
    await channel.send(hello(start, takenOn));
    const died = process.ended.then(({ stderrTail }) =>
      Promise.reject(new Error(stderrTail.trim() || "it ended")),
    );
    // A process that ends closes its channel a moment before that is known, and what it said last tells more.
    const broke = channel.closed.then(async (error) => {
      await Promise.race([process.ended, sleep(lastWordsMs, null, { ref: false })]);
      throw error ?? new Error("it closed its channel");
    });
    broke.catch(() => {});
    const ready = await within(Promise.race([answer.promise, died, broke]), {
      timeoutMs: startTimeoutMs,
      what: `start of ${kind.language} for session ${sessionId}`,
      ...(signal ? { signal } : {}),
    });
    if (ready.type === "fault" && ready.code === "worker_start_failed")
      throw new Error(ready.message);
    if (ready.type !== "ready" || ready.protocolVersion !== protocolVersion)
      throw mismatch(kind, sessionId, ready);
    // Should its folder have gone with it, this is what fails.
    return { process, channel, lanes: new OutputLanes(process), version: ready.version, kind };
  } catch (cause) {
    await process.stop();
    if (
      HoldfastError.is(cause) &&
      (cause.code === "cancelled" || cause.code === "protocol_mismatch")
    )
      throw cause;
    throw startFailed(kind, sessionId, cause);
  }
}

function hello(
  { sessionId, maxFrameBytes = defaultMaxFrameBytes }: Omit<WorkerStartOptions, "env" | "cwd">,
  { env, cwd }: TakenOn,
): HostMessage {
  return {
    type: "hello",
    protocolVersion,
    sessionId,
    features: [],
    maxFrameBytes,
    env: env === null ? null : { ...env },
    cwd,
  };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function startFailed(
  { language, runtime }: WorkerKind,
  sessionId: string,
  cause: unknown,
): HoldfastError {
  return new HoldfastError({
    code: "worker_start_failed",
    message: `start of ${language} for session ${sessionId}: ${cause instanceof Error ? cause.message : String(cause)}`,
    details: { sessionId, runtime },
    cause,
  });
}

function mismatch(
  { language }: WorkerKind,
  sessionId: string,
  received: WorkerMessage,
): HoldfastError {
  const what =
    received.type === "fault"
      ? received.message
      : `received ${JSON.stringify(received).slice(0, 200)}`;
  return new HoldfastError({
    code: "protocol_mismatch",
    message: `handshake with ${language} for session ${sessionId}: ${what}, version ${protocolVersion} is needed`,
    details: { sessionId, protocolVersion },
  });
}
