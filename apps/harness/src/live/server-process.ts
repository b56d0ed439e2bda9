import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { HoldfastError, within } from "@holdfast/core";
import { temporaryFolder } from "./temporary-folder.ts";

/** What {@link startServerProcess} starts. */
export interface ServerProcessOptions {
  /** A path, or a name on the PATH. */
  readonly command: string;
  /** @default none */
  readonly args?: readonly string[];
  /** Added to the environment of this process, behind `HOST`, `PORT` and `HOLDFAST_DATA_DIR`. @default nothing */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * What a line of its stdout looks like that tells where it listens; its first group is the URL.
   * @default the line of `holdfast serve`
   */
  readonly ready?: RegExp;
  /** Until it is given up, in milliseconds. @default 30_000 */
  readonly startTimeoutMs?: number;
}

/** A server in a process of its own. Dispose of it to end it, by SIGTERM. */
export interface ServerProcess extends AsyncDisposable {
  /** As it told: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly pid: number;
  /** Everything that it wrote to stderr so far. */
  readonly log: string;
  /** The folder it was given as `HOLDFAST_DATA_DIR`; removed when it has ended. */
  readonly dataFolder: string;
  /** Signals it and answers how it ended. @default SIGTERM */
  end(
    signal?: NodeJS.Signals,
  ): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/**
 * Starts a server as its users do, on a free port of loopback and with an empty data folder, by `HOST`, `PORT=0` and
 * `HOLDFAST_DATA_DIR`, and waits until it says that it listens. For a server in this process see `serverTest`.
 * @throws HoldfastError `worker_start_failed` with its log when it ends before that, `deadline_exceeded`; it has ended then
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const {
    command,
    args = [],
    env,
    ready = /^Holdfast listening on (http:\/\/\S+)$/,
    startTimeoutMs = 30_000,
  } = options;
  const folder = temporaryFolder("server-data");
  const dataFolder = folder.path;
  const child = spawn(command, args, {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", HOLDFAST_DATA_DIR: dataFolder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const removeFolder = () => folder[Symbol.dispose]();
  exited.then(removeFolder, removeFolder);
  const url = Promise.withResolvers<string>();
  createInterface(child.stdout).on("line", (line) => {
    const match = ready.exec(line);
    if (match !== null) url.resolve(match[1] ?? "");
  });
  // When its log is whole.
  once(child, "close").then(
    ([code, signal]) => url.reject(new Error(`it ended with ${code ?? signal}:\n${log}`)),
    (error: unknown) => url.reject(error),
  );
  const end: ServerProcess["end"] = async (signal = "SIGTERM") => {
    child.kill(signal);
    const [code, by] = await exited;
    return { code, signal: by };
  };
  const { pid = 0 } = child;
  try {
    await within(url.promise, { timeoutMs: startTimeoutMs, what: `start of ${command}` });
  } catch (cause) {
    if (HoldfastError.is(cause)) {
      await end("SIGKILL");
      throw cause;
    }
    throw new HoldfastError({
      code: "worker_start_failed",
      message: `start of ${command}: ${cause instanceof Error ? cause.message : String(cause)}`,
      details: { command, log },
      cause,
    });
  }
  return {
    url: await url.promise,
    pid,
    dataFolder,
    get log() {
      return log;
    },
    end,
    [Symbol.asyncDispose]: async () => void (await end()),
  };
}
