import { execFile } from "node:child_process";
import { constants, copyFileSync, unlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  GuardedProcess,
  HoldfastError,
  OutputLanes,
  type Runtime,
  type RuntimeInfo,
  type StopOptions,
  type StopReport,
  type WarmWorker,
  type Worker,
  type WorkerStartOptions,
  executableFinder,
  isAbleToWork,
  within,
  writePrivateFile,
} from "@holdfast/core";
import type { BashState } from "./bash-state.ts";
import { BashWorker, type BashWorkerOptions, bashFeatures, checkCode } from "./bash-worker.ts";
import { quote } from "./quote.ts";
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
    warm: async (options) => {
      const waiting = { ...options, sessionId: "warm", env: {}, cwd: "/" };
      return new WarmBash(executable, await bringUp(executable, waiting, null));
    },
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

const find = executableFinder(inspect);

/** A shell that is up. */
interface Shell {
  readonly process: GuardedProcess;
  readonly control: ShellControl;
  readonly lanes: OutputLanes;
  readonly command: string;
  /** Whether nothing but its environment and directory made its state. */
  readonly isPristine: boolean;
  /** What it said when it was up. */
  readonly record: StatusRecord;
}

async function startBash(
  executable: string,
  options: WorkerStartOptions,
  state: BashState | null = null,
): Promise<Worker> {
  const shell = await bringUp(executable, options, state);
  try {
    if (state === null) return workerOf(executable, shell, options, shell.record.subject, null);
    const { version } = await find(executable);
    return workerOf(executable, shell, options, version, {
      flags: state.header.flags,
      traps: `${state.header.debug}\n${shell.record.traps}`,
    });
  } catch (cause) {
    letGo(shell);
    await shell.process.stop();
    throw startFailed(cause, options.sessionId, "");
  }
}

function letGo({ control, lanes }: Shell): void {
  control.close();
  lanes.close();
}

function workerOf(
  executable: string,
  { process, control, lanes, command, isPristine }: Shell,
  start: WorkerStartOptions,
  version: string,
  origin: BashWorkerOptions["origin"],
): BashWorker {
  const startFrom = (other: WorkerStartOptions, state: BashState) =>
    startBash(executable, other, state);
  return new BashWorker({
    process,
    start,
    command,
    version,
    control,
    lanes,
    isPristine,
    origin,
    startFrom,
  });
}

/** A shell that has been started with no environment, and takes on that of a session. */
class WarmBash implements WarmWorker {
  readonly pid: number;
  readonly exited: WarmWorker["exited"];
  readonly #executable: string;
  readonly #shell: Shell;
  #isAssigned = false;

  constructor(executable: string, shell: Shell) {
    this.#executable = executable;
    this.#shell = shell;
    this.pid = shell.process.pid;
    this.exited = shell.process.ended;
    void shell.process.gone.then(() => {
      if (!this.#isAssigned) letGo(shell);
    });
  }

  suits({ env }: WorkerStartOptions): boolean {
    return Object.keys(env).every((name) => identifier.test(name) && !readAtStart.test(name));
  }

  async assign(options: WorkerStartOptions): Promise<Worker> {
    const { process, record } = this.#shell;
    const { env, cwd, sessionId } = options;
    const variables = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`);
    const script = [
      variables.length === 0 ? "" : `builtin export ${variables.join(" ")} &&`,
      `builtin cd -- ${quote(cwd)} && builtin unset -v OLDPWD && builtin export OLDPWD`,
    ].join(" ");
    try {
      if (!isAbleToWork(process.pid)) throw new Error("bash has ended");
      if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true)
        throw new Error(`it cannot go to ${cwd}`);
      const worker = workerOf(this.#executable, this.#shell, options, record.subject, null);
      this.#isAssigned = true;
      worker.takeOn(script);
      return worker;
    } catch (cause) {
      await this.stop();
      throw startFailed(cause, sessionId, "");
    }
  }

  stop(options?: StopOptions): Promise<StopReport> {
    return this.#shell.process.stop(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

// What bash, or the loader in front of it, heeds when it starts, and what it keeps for itself.
const readAtStart =
  /^(?:BASH.*|ENV|SHELLOPTS|POSIXLY_CORRECT|SHLVL|IFS|PS4|OPTIND|OPTERR|UID|EUID|PPID|PWD|OLDPWD|HIST\w+|GLOBIGNORE|FUNCNEST|TMOUT|CHILD_MAX|EXECIGNORE|LD_.*|GLIBC_.*|MALLOC_.*|_|__holdfast\w*)$/;

async function bringUp(
  executable: string,
  options: Omit<WorkerStartOptions, "sessionId"> & { readonly sessionId: string },
  state: BashState | null,
): Promise<Shell> {
  const { executable: command } = await find(executable);
  const { env, cwd, startTimeoutMs, signal, sessionId } = options;
  const { BASH_ENV: bashEnv = "", ...others } = env;
  const guarded = await GuardedProcess.start({
    command,
    // The script's name is what the shell puts before its messages, so it is looked up in the folder as `bash`.
    args: ["--norc", "--noprofile", "bash"],
    env: others,
    cwd: "/",
    prepare: (directory) => {
      copyFileSync(shellFile("loop.bash"), join(directory, "bash"), constants.COPYFILE_EXCL);
      if (state !== null) writePrivateFile(join(directory, "revive"), state.commands);
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
  let lanes: OutputLanes | null = null;
  try {
    control = new ShellControl(guarded.directory);
    lanes = new OutputLanes(guarded);
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
    const isPristine = state === null && bashEnv === "";
    return { process: guarded, control, lanes, command, record, isPristine };
  } catch (cause) {
    control?.close();
    lanes?.close();
    // A shell that could not go to its directory may have taken its folder with it before we looked.
    const { stderrTail } = (await guarded.stop()).exit;
    throw startFailed(cause, sessionId, stderrTail);
  }
}

function startFailed(cause: unknown, sessionId: string, stderrTail: string): HoldfastError {
  if (HoldfastError.is(cause) && cause.code === "cancelled") return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError({
    code: "worker_start_failed",
    message: `start of bash for session ${sessionId}: ${stderrTail.trim() || why}`,
    details: { sessionId, runtime: "bash" },
    cause,
  });
}
