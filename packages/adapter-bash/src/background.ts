import { readFileSync, unlinkSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
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
} from "@holdfast/core";
import { shellFile } from "./shell-file.ts";
import { Stdin } from "./stdin.ts";

/** What {@link startBackground} needs. */
export interface BackgroundOptions {
  readonly request: WorkerRequest;
  readonly onEvent: WorkerEventListener;
  /** The bash to run. */
  readonly command: string;
  readonly start: WorkerStartOptions;
  /** File with the session's state; it may change when the call has settled. */
  readonly state: string;
  readonly cwd: string;
  /** Where files of its own are put, and the beginning of their names. */
  readonly files: string;
}

const maxChunkBytes = 64 * 1024;

/**
 * Runs code in a bash of its own that starts from the session's state, under a guard of its own, so that its exit is
 * known exactly and its kill takes all it started.
 */
export async function startBackground(options: BackgroundOptions): Promise<BackgroundExecution> {
  const { request, onEvent, command, start, state, cwd, files } = options;
  const isLive = request.allowInput;
  const own = { state: `${files}.state`, code: `${files}.code`, stdin: `${files}.in` };
  await Promise.all([
    copyFile(state, own.state).catch(() => writeFile(own.state, "")),
    writeFile(own.code, request.code, { mode: 0o600 }),
    isLive || request.stdin === null ? null : writeFile(own.stdin, request.stdin, { mode: 0o600 }),
  ]);
  const removeFiles = () => {
    for (const path of Object.values(own)) unlinkQuietly(path);
  };
  let process: GuardedProcess;
  try {
    process = await GuardedProcess.start({
      command,
      args: [
        "--norc",
        "--noprofile",
        "-c",
        readFileSync(shellFile("background.bash"), "utf8"),
        "bash",
      ],
      env: {
        ...start.env,
        ...request.env,
        __holdfast_bg_state: own.state,
        __holdfast_bg_file: own.code,
        __holdfast_bg_cwd: cwd,
        // The process's folder is not known before it starts.
        __holdfast_bg_in: isLive ? "live" : request.stdin === null ? "/dev/null" : own.stdin,
      },
      cwd: "/",
      fifos: [...OutputPipes.fifoNames("o"), "in"],
      startTimeoutMs: start.startTimeoutMs,
    });
  } catch (error) {
    removeFiles();
    throw error;
  }
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
    removeFiles();
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

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Not there.
  }
}
