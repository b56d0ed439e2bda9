import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { dirname, join } from "node:path";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { expectDescriptors } from "./expect-descriptors.ts";
import { GuardLink } from "./guard-link.ts";
import { rememberGuard } from "../telemetry/known-guards.ts";
import { makePrivateDirectory, removePrivateDirectory } from "./private-directory.ts";
import { workerMarker } from "./sweep-orphans.ts";

/** What `GuardedProcess.start` needs. */
export interface GuardedProcessOptions {
  /** Absolute path, or a name that is looked up on the PATH of `env`. */
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment of the process: nothing is inherited from ours. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /**
   * Called with the process's private folder before it starts: puts files there, and answers what of `env` and `cwd`
   * depends on it.
   */
  readonly prepare?: (directory: string) => {
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  };
  /** Names of FIFOs that are there, in its `directory`, before the process starts. */
  readonly fifos?: readonly string[];
  /** Gives the process a socket on its descriptor 4, ours is its `channel`. @default false */
  readonly withChannel?: boolean;
  /** Milliseconds until a process that did not come up is given up. */
  readonly startTimeoutMs: number;
  readonly signal?: AbortSignal;
}

// Both ends of three sockets, what the start of a process takes for a moment, and our ends of the output pipes.
const neededDescriptors = 14;

/**
 * Starts a guard that starts the command. What goes wrong later is told by the link's promises.
 * @throws the system's error when there are too few descriptors left
 */
export function spawnGuard(options: GuardedProcessOptions): GuardLink {
  expectDescriptors(neededDescriptors);
  const directory = makePrivateDirectory();
  const child = spawn("perl", [guardPath(), directory, options.withChannel ? "1" : ""], {
    detached: true,
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe", "pipe", options.withChannel ? "pipe" : "ignore"],
  });
  // At EMFILE a child that could not be spawned has no streams.
  const stdio = child.stdio as unknown as readonly (Socket | null)[] | undefined;
  const control = stdio?.[3];
  const hasStarted = control !== undefined && control !== null && child.pid !== undefined;
  const link = new SpawnedGuard({
    pid: child.pid ?? 0,
    directory,
    control: hasStarted ? control : new Socket(),
    channel: stdio?.[4] ?? null,
    exited: hasStarted ? exitOf(child) : new Promise(() => {}),
    child,
  });
  child.on("error", (error: NodeJS.ErrnoException) => spawnFailed(link, error));
  if (!hasStarted) return link;
  rememberGuard(child.pid);
  child.stderr?.on("data", (chunk: Buffer) => link.hear(chunk));
  child.stderr?.on("error", () => {});
  void link.gone.promise.then(() => child.stderr?.destroy());
  try {
    control.write(startRecord(options, directory));
  } catch (error) {
    link.started.reject(error);
    control.destroy(); // then the guard ends without having started anything
  }
  return link;
}

class SpawnedGuard extends GuardLink {
  readonly #child: ChildProcess;

  constructor({
    child,
    ...options
  }: ConstructorParameters<typeof GuardLink>[0] & { readonly child: ChildProcess }) {
    super(options);
    this.#child = child;
  }

  override unref(): void {
    super.unref();
    this.#child.unref();
    (this.#child.stderr as Socket | null)?.unref();
  }

  override ref(): void {
    super.ref();
    this.#child.ref();
    (this.#child.stderr as Socket | null)?.ref();
  }
}

async function exitOf(child: ChildProcess): Promise<string> {
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return signal ?? `exit ${code}`;
}

function spawnFailed(link: GuardLink, error: NodeJS.ErrnoException): void {
  link.started.reject(
    error.code === "ENOENT"
      ? new HoldfastError({
          code: "runtime_unavailable",
          message:
            "the process guard needs perl, which is not on PATH (Debian: apt-get install perl-base)",
          details: { install: "perl-base" },
          cause: error,
        })
      : error,
  );
  link.ended.resolve({ exitCode: 127, signal: null, stderrTail: "" });
  removePrivateDirectory(link.directory);
  link.gone.resolve(0);
}

function startRecord(options: GuardedProcessOptions, directory: string): Buffer {
  const { env, cwd } = { ...options, ...options.prepare?.(directory) };
  const { command, args = [], fifos = [] } = options;
  const fields = [
    cwd,
    String(fifos.length),
    ...fifos,
    String(args.length + 1),
    command,
    ...args,
    ...Object.entries({ ...options.env, ...env, [workerMarker]: directory }).map(
      ([name, value]) => `${name}=${value}`,
    ),
  ];
  const body = Buffer.from(fields.map((field) => `${field.replaceAll("\0", "")}\0`).join(""));
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length);
  return Buffer.concat([header, body]);
}

/** The guard's program, for the Perl that runs it. */
export function guardPath(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve("@holdfast/core/package.json")), "guard", "guard.pl");
}
