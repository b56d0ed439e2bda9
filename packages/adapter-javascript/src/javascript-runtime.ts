import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  GuardedProcess,
  OutputLanes,
  type Runtime,
  type RuntimeInfo,
  type WarmOptions,
  WarmProtocolWorker,
  type WarmWorker,
  type Worker,
  type WorkerStartOptions,
  executableFinder,
  greetWorker,
  greetProcess,
} from "@holdfast/core";
import { interruptFifo } from "./interrupt-fifo.ts";
import { javascript } from "./javascript-kind.ts";

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
    return greetWorker(await this.#spawn(options), options, javascript);
  }

  async warm(options: WarmOptions): Promise<WarmWorker> {
    const env = startVariables(options.env ?? localeOf(process.env));
    const started = await this.#spawn({ ...options, env, cwd: "/" });
    return new WarmProtocolWorker(
      await greetProcess(started, { ...options, sessionId: "warm" }, javascript),
      (start) => JSON.stringify(startVariables(start.env)) === JSON.stringify(env),
    );
  }

  async #spawn({ env, cwd, startTimeoutMs, signal }: Omit<WorkerStartOptions, "sessionId">) {
    const { executable, version } = await find(this.#executable);
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
      features: javascript.features,
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

const find = executableFinder(inspect);

function workerFile(): string {
  const require = createRequire(import.meta.url);
  return join(
    dirname(require.resolve("@holdfast/adapter-javascript/package.json")),
    "dist",
    "worker.cjs",
  );
}
