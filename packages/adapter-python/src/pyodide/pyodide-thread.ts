import { readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { parentPort, workerData } from "node:worker_threads";
import type { PyodideAPI, loadPyodide } from "pyodide";
import { ChannelDevice } from "./channel-device.ts";
import { type Disposition, setDisposition, wait } from "./control-words.ts";
import type { FileSystem } from "./file-system.ts";
import { mountFolder, mountMachine } from "./machine-files.ts";
import { allowPipes } from "./pipe-files.ts";
import type { PyodideThreadData, ThreadMessage } from "./thread-messages.ts";

// Pyodide reports its own end there, and what a thread has on its console is lost with it.
console.error = (...texts: unknown[]) => writeSync(2, `${format(...texts)}\n`);

// The thread that is Python. It waits in place, so that nothing but Python runs in it once the worker serves.

const channelFd = 4;
const workerPath = "/lib/holdfast";

const { words, port, pid, pyodide: folder, worker, snapshot } = workerData as PyodideThreadData;
const module = (await import(pathToFileURL(join(folder, "pyodide.mjs")).href)) as {
  readonly loadPyodide: typeof loadPyodide;
};

try {
  const pyodide = await start();
  serve(pyodide);
} catch (error) {
  const { status } = error as { readonly status?: unknown };
  if (typeof status !== "number") throw error;
  end(endOf(status));
}

/** A Python that has imported all of the worker. */
async function start(): Promise<PyodideAPI> {
  if (snapshot?.isMade === true) {
    try {
      return await load({ _loadSnapshot: readFileSync(snapshot.path) });
    } catch {
      // It is worth a second and a half, no more: Pyodide's snapshots are experimental.
    }
  }
  const isMaking = snapshot?.isMade === false;
  const pyodide = await load(isMaking ? { _makeSnapshot: true } : {});
  pyodide.runPython(`
import sys
sys.path[:] = ["${workerPath}", *filter(None, sys.path)]
import holdfast_worker.pyodide_main
sys.path.remove("${workerPath}")
sys.executable = ""
`);
  if (isMaking) writeSnapshot(pyodide, snapshot.path);
  return pyodide;
}

async function load(
  options: Pick<NonNullable<Parameters<typeof loadPyodide>[0]>, "_loadSnapshot" | "_makeSnapshot">,
): Promise<PyodideAPI> {
  const env = { HOME: "/", PYTHONINSPECT: "" };
  const pyodide = await module.loadPyodide({ indexURL: folder, env, ...options });
  mountFolder(pyodide.FS, worker, workerPath);
  return pyodide;
}

/** Leaves the file empty where that cannot be. */
function writeSnapshot(pyodide: PyodideAPI, path: string): void {
  try {
    writeFileSync(path, pyodide.makeMemorySnapshot());
  } catch {
    truncateSync(path);
  }
}

function serve(pyodide: PyodideAPI): void {
  const files = pyodide.FS as unknown as FileSystem;
  allowPipes(files, words);
  mountMachine(files, process.env["HOLDFAST_WORKER"] ?? "/");
  const channel = new ChannelDevice({ files, words, port, fd: channelFd });
  channel.install("/dev/holdfast-channel", "/dev/holdfast-ready");
  pyodide.setStdin({ stdin: () => null });
  pyodide.setStderr({ write: (bytes) => writeSync(2, bytes) });
  pyodide.setStdout({ write: (bytes) => bytes.length });
  pyodide.setInterruptBuffer(words);
  const main = pyodide.pyimport("holdfast_worker.pyodide_main") as {
    serve(host: PythonHost): number;
  };
  const exitCode = main.serve(makeHost(channel));
  end({ exitCode, signal: null });
}

/** What Python calls in place of the system. Times are in milliseconds. */
interface PythonHost {
  readonly pid: number;
  /** Whether the time is over; `false`: there is a signal. */
  sleep(forMs: number): boolean;
  setDisposition(signal: number, what: Disposition): void;
  /** Waits for {@link wakeLoop}, and for the channel on request. */
  waitInLoop(forMs: number, isForInput: boolean): "ready" | "signal" | "timeout" | "woken";
  /** Ends the wait of the event loop, the next one if there is none now. */
  wakeLoop(): void;
}

function makeHost(channel: ChannelDevice): PythonHost {
  let isWoken = false;
  return {
    pid,
    sleep: (forMs) => wait(words, () => false, forMs) === "timeout",
    setDisposition: (signal, what) => setDisposition(words, signal, what),
    waitInLoop: (forMs, isForInput) => {
      const event = wait(words, () => isWoken || (isForInput && channel.canRead()), forMs);
      if (event === "signal" || !isWoken) return event;
      isWoken = false;
      return "woken";
    },
    wakeLoop: () => void (isWoken = true),
  };
}

/** A status over 128 is that of a process that a signal has ended. */
function endOf(status: number): ThreadMessage {
  const signals = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  const [signal = null] = signals.find(([, number]) => status === 128 + number) ?? [];
  return { exitCode: status, signal };
}

/** The process ends, and this thread does nothing more before that. */
function end(message: ThreadMessage): never {
  parentPort?.postMessage(message, []);
  const forever = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (;;) Atomics.wait(forever, 0, 0);
}
