import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  GuardedProcess,
  HoldfastError,
  OutputLanes,
  type Runtime,
  type RuntimeInfo,
  StreamChannel,
  type Worker,
  type WorkerMessage,
  type WorkerStartOptions,
  defaultMaxFrameBytes,
  protocolVersion,
  within,
  workerMessageSchema,
} from "@holdfast/core";
import { type PythonChannel, PythonWorker, pythonFeatures } from "./python-worker.ts";

/** Options of {@link pythonRuntime}. */
export interface PythonRuntimeOptions {
  /** The CPython to run, 3.9 or newer: a path, or a name on our PATH. @default `python3` */
  readonly executable?: string;
}

const install = "Debian: apt-get install python3; CPython 3.9 or newer is needed";

/** Sessions in a real CPython. */
export function pythonRuntime({ executable = "python3" }: PythonRuntimeOptions = {}): Runtime {
  return {
    name: "python",
    inspect: () => inspect(executable),
    start: (options) => start(executable, options),
  };
}

function unavailable(reason: string): RuntimeInfo {
  return { name: "python", isAvailable: false, reason, install };
}

async function inspect(executable: string): Promise<RuntimeInfo> {
  try {
    const { stdout } = await promisify(execFile)(
      executable,
      [
        "-I",
        "-S",
        "-c",
        "import sys; print(sys.executable); print(*sys.version_info[:3], sep='.'); print(sys.implementation.name)",
      ],
      { env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" }, timeout: 10_000 },
    );
    const [path = "", version = "", implementation = ""] = stdout.trim().split("\n");
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (implementation !== "cpython" || major !== 3 || minor < 9) {
      return unavailable(`${path} is ${implementation} ${version}, CPython 3.9 or newer is needed`);
    }
    return {
      name: "python",
      isAvailable: true,
      version,
      executable: path,
      features: pythonFeatures,
    };
  } catch (error) {
    return unavailable(
      `${executable}: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`,
    );
  }
}

const executables = new Map<string, Promise<RuntimeInfo>>();

/** What is found once stays: a path on disk does not change its version between two sessions. */
async function located(executable: string): Promise<string> {
  const found = executables.get(executable) ?? inspect(executable);
  executables.set(executable, found);
  const info = await found;
  if (info.isAvailable) return info.executable;
  executables.delete(executable);
  throw new HoldfastError({
    code: "runtime_unavailable",
    message: `python: ${info.reason}`,
    details: { runtime: "python", install },
  });
}

async function start(executable: string, options: WorkerStartOptions): Promise<Worker> {
  const {
    env,
    cwd,
    startTimeoutMs,
    signal,
    sessionId,
    maxFrameBytes = defaultMaxFrameBytes,
  } = options;
  const guarded = await GuardedProcess.start({
    command: await located(executable),
    // Isolated: no variable, no folder of the user's has a say in what is loaded before user code is.
    args: ["-I", "-X", "utf8", workerFolder()],
    env,
    cwd,
    fifos: OutputLanes.fifos,
    withChannel: true,
    startTimeoutMs,
    ...(signal ? { signal } : {}),
  });
  const { channel: stream } = guarded;
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
      env: null,
      cwd: null,
    });
    const died = guarded.ended.then(({ stderrTail }) =>
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
    if (ready.type !== "ready" || ready.protocolVersion !== protocolVersion)
      throw mismatch(sessionId, ready);
    return new PythonWorker({ process: guarded, channel, start: options, version: ready.version });
  } catch (cause) {
    await guarded.stop();
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

function workerFolder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve("@holdfast/adapter-python/package.json")), "worker");
}
