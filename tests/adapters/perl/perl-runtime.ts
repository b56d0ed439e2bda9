import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type Feature,
  FrameDecoder,
  GuardedProcess,
  GuardedWorker,
  OutputLanes,
  type Runtime,
  type RuntimeInfo,
  type Worker,
  type WorkerEvent,
  type WorkerStartOptions,
  encodeFrames,
} from "@holdfast/core";

const features: readonly Feature[] = ["stdin", "interrupt"];

/** Sessions in Perl: what code keeps in package variables stays. */
export const perlRuntime: Runtime = { name: "perl", inspect, start };

async function inspect(): Promise<RuntimeInfo> {
  try {
    const { stdout } = await promisify(execFile)("perl", ["-e", 'print "$^X\n$^V"']);
    const [executable = "", version = ""] = stdout.split("\n");
    return { name: "perl", isAvailable: true, executable, version, features };
  } catch (error) {
    const install = "Debian: apt-get install perl-base";
    return { name: "perl", isAvailable: false, reason: String(error), install };
  }
}

async function start(options: WorkerStartOptions): Promise<Worker> {
  const process = await GuardedProcess.start({
    ...options,
    command: "perl",
    args: [join(import.meta.dirname, "worker.pl")],
    fifos: OutputLanes.fifos,
    withChannel: true,
  });
  const ready = Promise.withResolvers<string>();
  let worker: GuardedWorker | null = null;
  receive(process, (about, status, text) => {
    if (about === "ready") ready.resolve(status);
    else if (status === "error") worker?.finish(about, status, failure(text.trimEnd()));
    else if (status === "ok" || status === "interrupted") worker?.finish(about, status);
  });
  worker = await GuardedWorker.open({
    process,
    start: options,
    ready: ready.promise,
    features,
    run: ({ executionId, code, stdin, cwd, env }, { stdoutPath, stderrPath }) => {
      const settings = [cwd ?? "", stdoutPath, stderrPath, ...Object.entries(env ?? {}).flat()];
      send(process, [executionId, code, stdin ?? "", ...settings]);
    },
  });
  return worker;
}

/** Calls `hear` with what Perl says: `ready VERSION`, or `ID STATUS TEXT`. What is no frame ends it. */
function receive(
  process: GuardedProcess,
  hear: (about: string, status: string, text: string) => void,
): void {
  const frames = new FrameDecoder();
  process.channel?.on("data", (chunk: Buffer) => {
    try {
      frames.decode(chunk, (bytes) => {
        const [, about = "", status = "", text = ""] =
          /^(\S+) (\S+) ?([^]*)$/.exec(Buffer.from(bytes).toString()) ?? [];
        hear(about, status, text);
      });
    } catch {
      void process.stop();
    }
  });
}

/** Each field with its length in front, as `unpack '(N/a)*'` takes them apart. */
function send(process: GuardedProcess, fields: readonly (string | Uint8Array)[]): void {
  const parts = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(field));
    return [length, Buffer.from(field)];
  });
  for (const part of encodeFrames(Buffer.concat(parts))) process.channel?.write(part);
}

function failure(message: string): WorkerEvent {
  return { type: "error", name: "die", message, traceback: [], text: message };
}
