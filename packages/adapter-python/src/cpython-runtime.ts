import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  GuardedProcess,
  HoldfastError,
  OutputLanes,
  type Runtime,
  type RuntimeInfo,
  type WarmOptions,
  type WarmWorker,
  type Worker,
  WarmProtocolWorker,
  type WorkerStartOptions,
  executableFinder,
  greetWorker,
  markedEnvironment,
  greetProcess,
} from "@holdfast/core";
import { adapterFile } from "./adapter-file.ts";
import { findPyodide } from "./pyodide/find-pyodide.ts";
import type { ForkLimits } from "./fork-from.ts";
import { cpython } from "./python-kinds.ts";
import { PythonTemplates, isOutOfTime, startVariables } from "./python-templates.ts";

/** Options of {@link pythonRuntime} for CPython, a process of the machine's own Python. */
export interface CPythonRuntimeOptions {
  readonly engine?: "cpython";
  /** The CPython to run, 3.9 or newer: a path, or a name on our PATH. @default `python3` */
  readonly executable?: string;
  /**
   * Whether sessions are forked from a template process, which takes 2 ms instead of 50 and shares its memory, instead of
   * being started each. The template ends with `close()`, or with our process. @default true on Linux
   */
  readonly template?: boolean;
  /** Modules that the template imports, so that sessions find them loaded. Without a template they have no effect. */
  readonly preload?: readonly string[];
}

/** Sessions in a real CPython. */
export class CPythonRuntime implements Runtime {
  readonly name = "python";
  /** Only with a template: else a warm worker is as slow to come as any. */
  declare readonly warm?: NonNullable<Runtime["warm"]>;
  readonly #executable: string;
  readonly #templates: PythonTemplates | null;

  constructor({
    executable = "python3",
    template = process.platform === "linux",
    preload = [],
  }: CPythonRuntimeOptions) {
    this.#executable = executable;
    this.#templates = template
      ? new PythonTemplates(async (variables) => ({
          command: (await find(executable)).executable,
          args: [...isolated, adapterFile("worker"), "template", preload.join(",")],
          env: variables,
        }))
      : null;
    if (this.#templates !== null) this.warm = (options) => this.#warm(options);
  }

  inspect(): Promise<RuntimeInfo> {
    return inspect(this.#executable);
  }

  async start(options: WorkerStartOptions): Promise<Worker> {
    const { env, cwd } = options;
    const forked = await this.#templates?.fork(startVariables(env), limitsOf(options));
    if (forked !== undefined && forked !== null) {
      try {
        const takenOn = { env: markedEnvironment(env, forked), cwd };
        return await greetWorker(forked, options, cpython, takenOn);
      } catch (error) {
        if (!hasEndedEarly(error)) throw error;
      }
    }
    return greetWorker(await startPlain(this.#executable, options), options, cpython);
  }

  async #warm(options: WarmOptions): Promise<WarmWorker> {
    const variables = this.#templates?.lastVariables ?? startVariables(options.env ?? process.env);
    const forked = await this.#templates?.fork(variables, limitsOf(options));
    if (forked === undefined || forked === null || variables === null)
      throw new HoldfastError({
        code: "feature_unsupported",
        message: "python: warm workers are forked from a template, and there is none",
        details: { runtime: "python", feature: "warm" },
      });
    const takenOn = { env: markedEnvironment(variables, forked), cwd: "/" };
    return new WarmProtocolWorker(
      await greetProcess(forked, { sessionId: "warm", ...options }, cpython, takenOn),
      ({ env }) => {
        const wanted = startVariables(env);
        return wanted !== null && JSON.stringify(wanted) === JSON.stringify(variables);
      },
    );
  }

  async close(): Promise<void> {
    await this.#templates?.close();
  }
}

/** A template that is killed can take a fork with it that has just begun; one that had its time had its time. */
function hasEndedEarly(error: unknown): boolean {
  return HoldfastError.is(error) && error.code === "worker_start_failed" && !isOutOfTime(error);
}

function limitsOf({ startTimeoutMs, signal }: WarmOptions): ForkLimits {
  return { timeoutMs: startTimeoutMs, ...(signal ? { signal } : {}) };
}

// Isolated: no variable, no folder of the user's has a say in what is loaded before user code is.
const isolated = ["-I", "-X", "utf8"];

async function startPlain(
  executable: string,
  { env, cwd, startTimeoutMs, signal }: WorkerStartOptions,
): Promise<GuardedProcess> {
  return GuardedProcess.start({
    command: (await find(executable)).executable,
    args: [...isolated, adapterFile("worker")],
    env,
    cwd,
    fifos: OutputLanes.fifos,
    withChannel: true,
    startTimeoutMs,
    ...(signal ? { signal } : {}),
  });
}

function unavailable(reason: string): RuntimeInfo {
  return {
    name: "python",
    engine: "cpython",
    isAvailable: false,
    reason,
    install: whatToInstall(),
  };
}

function whatToInstall(): string {
  const pyodide = findPyodide();
  const instead =
    "reason" in pyodide
      ? "npm install pyodide, and choose it"
      : `Pyodide ${pyodide.version} is installed, choose it`;
  return `Debian: apt-get install python3; CPython 3.9 or newer is needed. Or do without: ${instead} with engine "pyodide", for a server with HOLDFAST_PYTHON_ENGINE=pyodide`;
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
      engine: "cpython",
      isAvailable: true,
      version,
      executable: path,
      features: cpython.features,
    };
  } catch (error) {
    return unavailable(
      `${executable}: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`,
    );
  }
}

const find = executableFinder(inspect);
