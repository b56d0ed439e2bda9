import { execFile } from "node:child_process";
import { copyFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  GuardedProcess,
  HoldfastError,
  OutputLanes,
  type Runtime,
  type RuntimeInfo,
  type Worker,
  type WorkerStartOptions,
  within,
} from "@holdfast/core";
import type { BashState } from "./bash-state.ts";
import { BashWorker, bashFeatures, checkCode } from "./bash-worker.ts";
import { ShellControl } from "./shell-control.ts";
import { shellFile } from "./shell-file.ts";
import { type StatusRecord, StatusReader } from "./status-record.ts";

/** Options of {@link bashRuntime}. */
export interface BashRuntimeOptions {
  /** The bash to run, 4.4 or newer: a path, or a name on our PATH. @default `bash` */
  readonly executable?: string;
}

const install = "Debian: apt-get install bash";

/** Sessions in a real bash. */
export function bashRuntime({ executable = "bash" }: BashRuntimeOptions = {}): Runtime {
  return {
    name: "bash",
    check: ({ code }) => checkCode(code),
    inspect: () => inspect(executable),
    start: (options) => startBash(executable, options),
  };
}

async function inspect(executable: string): Promise<RuntimeInfo> {
  try {
    const { stdout } = await promisify(execFile)(
      executable,
      [
        "--norc",
        "--noprofile",
        "-c",
        'printf "%s\\n" "$BASH" "$BASH_VERSION"; ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404))',
      ],
      { env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" }, timeout: 10_000 },
    );
    const [path = executable, version = ""] = stdout.trim().split("\n");
    return { name: "bash", isAvailable: true, version, executable: path, features: bashFeatures };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      name: "bash",
      isAvailable: false,
      reason: `${executable}: ${reason.split("\n")[0]}`,
      install,
    };
  }
}

const executables = new Map<string, Promise<RuntimeInfo>>();

/** What is found once stays: a path on disk does not change its version between two sessions. */
function inspected(executable: string): Promise<RuntimeInfo> {
  const found = executables.get(executable) ?? inspect(executable);
  executables.set(executable, found);
  return found;
}

async function located(executable: string): Promise<string> {
  const info = await inspected(executable);
  if (info.isAvailable) return info.executable;
  executables.delete(executable);
  throw new HoldfastError({
    code: "runtime_unavailable",
    message: `bash: ${info.reason}`,
    details: { runtime: "bash", install },
  });
}

async function startBash(
  executable: string,
  options: WorkerStartOptions,
  state: BashState | null = null,
): Promise<Worker> {
  const command = await located(executable);
  const { env, cwd, startTimeoutMs, signal, sessionId } = options;
  const { BASH_ENV: bashEnv = "", ...others } = env;
  const guarded = await GuardedProcess.start({
    command,
    // The script's name is what the shell puts before its messages, so it is looked up in the folder as `bash`.
    args: ["--norc", "--noprofile", "bash"],
    env: others,
    cwd: "/",
    prepare: (directory) => {
      copyFileSync(shellFile("loop.bash"), join(directory, "bash"));
      if (state !== null) writeFileSync(join(directory, "revive"), state.commands, { mode: 0o600 });
      return {
        cwd: directory,
        env: {
          BASH_ENV: shellFile("session.bash"),
          __holdfast_dir: directory,
          __holdfast_cwd: cwd,
          __holdfast_bash_env: bashEnv,
          ...(state === null ? {} : { __holdfast_subject: "start" }),
        },
      };
    },
    fifos: ["cmd", "go", "status", ...OutputLanes.fifos],
    startTimeoutMs,
    ...(signal ? { signal } : {}),
  });
  let control: ShellControl | null = null;
  try {
    control = new ShellControl(guarded.directory);
    const up = Promise.withResolvers<StatusRecord>();
    const reader = new StatusReader();
    control.listen((bytes) =>
      reader.read(bytes, (record) => {
        if (record.type === (state === null ? "H" : "R")) up.resolve(record);
      }),
    );
    const record = await within(
      Promise.race([
        up.promise,
        guarded.ended.then(({ stderrTail }) =>
          Promise.reject(new Error(stderrTail.trim() || "bash ended")),
        ),
      ]),
      {
        timeoutMs: startTimeoutMs,
        what: `start of bash for session ${sessionId}`,
        ...(signal ? { signal } : {}),
      },
    );
    if (state !== null) unlinkSync(join(guarded.directory, "revive"));
    const info = await inspected(executable);
    return new BashWorker({
      process: guarded,
      start: options,
      command,
      version: state === null ? record.subject : info.isAvailable ? info.version : "",
      control,
      origin:
        state === null
          ? null
          : { flags: state.header.flags, traps: `${state.header.debug}\n${record.traps}` },
      startFrom: (start, from) => startBash(executable, start, from),
    });
  } catch (cause) {
    control?.close();
    // A shell that could not go to its directory may have taken its folder with it before we looked.
    const { stderrTail } = (await guarded.stop()).exit;
    if (HoldfastError.is(cause) && cause.code === "cancelled") throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError({
      code: "worker_start_failed",
      message: `start of bash for session ${sessionId}: ${stderrTail.trim() || why}`,
      details: { sessionId, runtime: "bash" },
      cause,
    });
  }
}
