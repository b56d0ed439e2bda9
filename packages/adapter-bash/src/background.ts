import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type BackgroundExecution,
  GuardedProcess,
  HoldfastError,
  OutputPipes,
  type WorkerEventListener,
  type WorkerOutcome,
  type WorkerRequest,
  type WorkerStartOptions,
  describeExit,
  readPrivateFile,
  writePrivateFile,
} from "@holdfast/core";
import { maxStateBytes } from "./bash-state.ts";
import { quote } from "./quote.ts";
import { shellFile } from "./shell-file.ts";
import { Stdin } from "./stdin.ts";

/** What {@link startBackground} needs. */
export interface BackgroundOptions {
  readonly request: WorkerRequest;
  readonly onEvent: WorkerEventListener;
  /** The bash to run. */
  readonly command: string;
  readonly start: WorkerStartOptions;
  /** File with the session's state; it is read before the call returns. */
  readonly state: string;
  readonly cwd: string;
}

const maxChunkBytes = 64 * 1024;

/**
 * Runs code in a bash of its own that starts from the session's state, under a guard of its own, so that its exit is
 * known exactly and its kill takes all it started.
 */
export async function startBackground(options: BackgroundOptions): Promise<BackgroundExecution> {
  const { request, onEvent, command, start, state, cwd } = options;
  const isLive = request.allowInput;
  const process = await GuardedProcess.start({
    command,
    args: [
      "--norc",
      "--noprofile",
      "-c",
      readFileSync(shellFile("background.bash"), "utf8"),
      "bash",
    ],
    env: { ...start.env, ...request.env, __holdfast_bg_cwd: cwd },
    cwd: "/",
    // Its files are its own, since the session's go when the session does.
    prepare: (directory) => {
      const file = (name: string) => join(directory, name);
      writePrivateFile(file("state"), Buffer.concat([stateIn(state), exported(request.env)]));
      writePrivateFile(file("code"), request.code);
      const hasBytes = !isLive && request.stdin !== null;
      if (hasBytes) writePrivateFile(file("stdin"), request.stdin);
      return {
        env: {
          __holdfast_bg_state: file("state"),
          __holdfast_bg_file: file("code"),
          __holdfast_bg_in: isLive ? file("in") : hasBytes ? file("stdin") : "/dev/null",
        },
      };
    },
    fifos: [...OutputPipes.fifoNames("o"), "in"],
    startTimeoutMs: start.startTimeoutMs,
  });
  const pipes = await openPipes(process);
  pipes.listen((stream, bytes) => {
    for (let at = 0; at < bytes.length; at += maxChunkBytes) {
      onEvent({ type: stream, bytes: bytes.subarray(at, at + maxChunkBytes) });
    }
  });
  const stdin = isLive ? Stdin.open(join(process.directory, "in"), request.stdin) : Stdin.empty;
  onEvent({ type: "started", pid: process.pid });
  // It opens standard input before the output pipes, so when it holds those, the input may be closed.
  const opening = isLive
    ? setInterval(() => {
        if (!pipes.isHeld()) return;
        clearInterval(opening);
        stdin.opened();
      }, 2)
    : undefined;
  let isInterrupted = false;
  const ended = process.ended.then(async (exit): Promise<WorkerOutcome> => {
    await process.gone;
    clearInterval(opening);
    pipes.drain();
    pipes.close();
    stdin.close();
    const status = isInterrupted ? "interrupted" : exit.signal === null ? "ok" : "lost";
    return { status, exitCode: exit.exitCode, signal: exit.signal };
  });
  return {
    pid: process.pid,
    ended,
    interrupt: () => {
      isInterrupted = true;
      process.signal("SIGINT");
    },
    write: (data, { close = false } = {}) => stdin.write(data, close, request.executionId),
    pause: () => pipes.pause(),
    resume: () => pipes.resume(),
    kill: (signal) => process.signal(signal),
    stop: (stop) => process.stop(stop),
  };
}

/** @throws HoldfastError `worker_start_failed` with its last words when it has ended already */
async function openPipes(process: GuardedProcess): Promise<OutputPipes> {
  try {
    return OutputPipes.open(process.directory, "o");
  } catch (cause) {
    const exit = (await process.stop()).exit;
    throw new HoldfastError({
      code: "worker_start_failed",
      message: `background execution: its shell ended with ${describeExit(exit)}: ${exit.stderrTail.trim()}`,
      cause,
    });
  }
}

/** What is given for the execution comes behind what the session has. */
function exported(env: WorkerRequest["env"]): Buffer {
  const commands = Object.entries(env ?? {})
    .filter(([name]) => /^[A-Za-z_]\w*$/.test(name)) // others come with the environment alone
    .map(([name, value]) => `builtin export ${name}=${quote(value)}\n`);
  return Buffer.from(commands.join(""));
}

/** Without a snapshot of the session, which may have ended meanwhile, the shell starts with what it inherits. */
function stateIn(file: string): Buffer {
  try {
    return readPrivateFile(file, maxStateBytes);
  } catch {
    return Buffer.alloc(0);
  }
}
