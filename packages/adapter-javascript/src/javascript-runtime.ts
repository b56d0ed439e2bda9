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
  type StopOptions,
  type StopReport,
  type WarmOptions,
  type WarmWorker,
  type Worker,
  type WorkerStartOptions,
  workerMarker,
} from "@holdfast/core";
import { interruptFifo } from "./interrupt-fifo.ts";
import { type Greeted, assign, greet, shakeHands } from "./javascript-handshake.ts";
import { javascriptFeatures } from "./javascript-worker.ts";

/** Options of {@link javascriptRuntime}. */
export interface JavaScriptRuntimeOptions {
  /** The Node to run, 22.18 or newer: a path, or a name on our PATH. @default the Node that we run in ourselves */
  readonly executable?: string;
  /** Arguments of that Node, such as `--max-old-space-size=512`. @default none */
  readonly nodeArguments?: readonly string[];
}

/** Sessions in a Node process of their own, in JavaScript and TypeScript. */
export function javascriptRuntime(options: JavaScriptRuntimeOptions = {}): Runtime {
  return new JavaScriptRuntime(options);
}

class JavaScriptRuntime implements Runtime {
  readonly name = "javascript";
  readonly #executable: string;
  readonly #arguments: readonly string[];

  constructor({ executable = process.execPath, nodeArguments = [] }: JavaScriptRuntimeOptions) {
    this.#executable = executable;
    this.#arguments = nodeArguments;
  }

  inspect(): Promise<RuntimeInfo> {
    return inspect(this.#executable);
  }

  async start(options: WorkerStartOptions): Promise<Worker> {
    return greet(await this.#spawn(options), options);
  }

  async warm(options: WarmOptions): Promise<WarmWorker> {
    const env = startVariables(options.env ?? localeOf(process.env));
    const started = await this.#spawn({ ...options, env, cwd: "/" });
    const takenOn = { env: null, cwd: null };
    return new WarmJavaScript(
      await shakeHands(started, { ...options, sessionId: "warm" }, takenOn),
      env,
    );
  }

  async #spawn({ env, cwd, startTimeoutMs, signal }: Omit<WorkerStartOptions, "sessionId">) {
    const { executable, version } = await located(this.#executable);
    return GuardedProcess.start({
      command: executable,
      args: [...requiredArguments(version), ...this.#arguments, workerFile()],
      env,
      cwd,
      fifos: [...OutputLanes.fifos, interruptFifo],
      withChannel: true,
      startTimeoutMs,
      ...(signal ? { signal } : {}),
    });
  }
}

/** A Node that is up and waits for its session. */
class WarmJavaScript implements WarmWorker {
  readonly pid: number;
  readonly exited: WarmWorker["exited"];
  readonly #greeted: Greeted;
  readonly #variables: Readonly<Record<string, string>>;
  #isAssigned = false;

  constructor(greeted: Greeted, variables: Readonly<Record<string, string>>) {
    this.#greeted = greeted;
    this.#variables = variables;
    this.pid = greeted.process.pid;
    this.exited = greeted.process.ended;
    void greeted.process.gone.then(() => {
      if (!this.#isAssigned) greeted.lanes.close();
    });
  }

  suits({ env }: WorkerStartOptions): boolean {
    return JSON.stringify(startVariables(env)) === JSON.stringify(this.#variables);
  }

  assign(options: WorkerStartOptions): Promise<Worker> {
    const { env, cwd } = options;
    this.#isAssigned = true;
    const marked = { ...env, [workerMarker]: this.#greeted.process.directory };
    return assign(this.#greeted, options, { env: marked, cwd });
  }

  stop(options?: StopOptions): Promise<StopReport> {
    return this.#greeted.process.stop(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

// What Node, or the loader in front of it, reads as it starts, and keeps.
const readAtStart =
  /^(NODE_(?!ENV$)|LD_|GLIBC_|GCONV_PATH$|MALLOC_|LOCPATH$|NLSPATH$|LANG$|LANGUAGE$|LC_|UV_|OPENSSL_|SSL_CERT_|ICU_)/;
// Of our own environment, where nobody says what that of the session will be.
const ofMachine = /^(LANG$|LANGUAGE$|LC_)/;

/** Those variables of an environment that cannot be changed any more when a worker is up, in order of their names. */
function startVariables(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const found = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    readAtStart.test(name) && value !== undefined ? [[name, value]] : [],
  );
  return Object.fromEntries(found.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function localeOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => ofMachine.test(name)));
}

// An interrupt ends code in the middle of a timer, of which Node's bookkeeping of asynchronous ids would otherwise make a
// reason to abort; and what belongs to which execution is kept by the engine, which Node 22 has to be asked for.
function requiredArguments(version: string): readonly string[] {
  const ofEngine = version.startsWith("22.") ? ["--experimental-async-context-frame"] : [];
  return ["--no-force-async-hooks-checks", ...ofEngine];
}

const install = "Node 22.18 or newer is needed: https://nodejs.org";

function unavailable(reason: string): RuntimeInfo {
  return { name: "javascript", isAvailable: false, reason, install };
}

async function inspect(executable: string): Promise<RuntimeInfo> {
  try {
    const { path, version } =
      executable === process.execPath
        ? { path: executable, version: process.versions.node }
        : await ask(executable);
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major < 22 || (major === 22 && minor < 18)) {
      return unavailable(`${path} is Node ${version}, 22.18 or newer is needed`);
    }
    return {
      name: "javascript",
      isAvailable: true,
      version,
      executable: path,
      features: javascriptFeatures,
    };
  } catch (error) {
    return unavailable(
      error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error),
    );
  }
}

async function ask(executable: string): Promise<{ path: string; version: string }> {
  const { stdout } = await promisify(execFile)(
    executable,
    ["-p", "JSON.stringify({ path: process.execPath, version: process.versions.node })"],
    { env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" }, timeout: 10_000 },
  );
  return JSON.parse(stdout) as { path: string; version: string };
}

const executables = new Map<string, Promise<RuntimeInfo>>();

/** What is found once stays: a path on disk does not change its version between two sessions. */
async function located(executable: string): Promise<RuntimeInfo & { readonly isAvailable: true }> {
  const found = executables.get(executable) ?? inspect(executable);
  executables.set(executable, found);
  const info = await found;
  if (info.isAvailable) return info;
  executables.delete(executable);
  throw new HoldfastError({
    code: "runtime_unavailable",
    message: `javascript: ${info.reason}`,
    details: { runtime: "javascript", install },
  });
}

function workerFile(): string {
  const require = createRequire(import.meta.url);
  return join(
    dirname(require.resolve("@holdfast/adapter-javascript/package.json")),
    "dist",
    "worker.cjs",
  );
}
