import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { once } from "node:events";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { within } from "../time/within.ts";
import { makePrivateDirectory, removePrivateDirectory } from "./private-directory.ts";
import type { ProcessExit } from "./process-exit.ts";
import type { StopOptions, StopReport } from "./stop-ladder.ts";
import { sweepOrphans, workerMarker } from "./sweep-orphans.ts";

const stderrTailBytes = 4096;
const signalNames = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
);

/** What {@link GuardedProcess.start} needs. */
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
  /** Names of FIFOs that are there, in {@link GuardedProcess.directory}, before the process starts. */
  readonly fifos?: readonly string[];
  /** Gives the process a socket on its descriptor 4, ours is {@link GuardedProcess.channel}. @default false */
  readonly withChannel?: boolean;
  /** Milliseconds until a process that did not come up is given up. */
  readonly startTimeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * One operating-system process with all that it starts, owned by a guard (`guard/guard.pl`): whatever it leaves behind,
 * daemons of its own session included, ends with it, and all of it ends when this process does, however that happens.
 * The process leads a process group of its own; descriptors 0 and 1 are `/dev/null`, 2 is kept for diagnosis.
 */
export class GuardedProcess implements AsyncDisposable {
  /** Process id of the command, not of its guard. */
  readonly pid: number;
  /** Private folder (0700) of this process, removed by the guard when the tree is gone. */
  readonly directory: string;
  /** Our end of the process's descriptor 4, where that was asked for. */
  readonly channel: Socket | null;
  /** Settles when the command itself has ended; what it left behind may take a few milliseconds more. Never rejects. */
  readonly ended: Promise<ProcessExit>;
  /** Settles when no process of the tree and no file of the folder is left: how many had to be killed. Never rejects. */
  readonly gone: Promise<number>;

  readonly #guard: GuardLink;
  #hasEnded = false;

  private constructor(guard: GuardLink, pid: number) {
    this.#guard = guard;
    this.pid = pid;
    this.directory = guard.directory;
    this.channel = guard.channel;
    this.ended = guard.ended.promise;
    this.gone = guard.gone.promise;
    void this.ended.then(() => (this.#hasEnded = true));
  }

  /**
   * Starts the command under a guard of its own.
   * @throws HoldfastError `worker_start_failed` when it cannot be started or not in time, `runtime_unavailable` when
   *   there is no Perl for the guard, `cancelled` when `signal` aborted.
   */
  static async start(options: GuardedProcessOptions): Promise<GuardedProcess> {
    const guard = new GuardLink(options);
    try {
      const pid = await within(guard.started.promise, {
        timeoutMs: options.startTimeoutMs,
        ...(options.signal ? { signal: options.signal } : {}),
        what: `start of ${options.command}`,
      });
      return new GuardedProcess(guard, pid);
    } catch (cause) {
      guard.kill();
      await guard.gone.promise;
      throw HoldfastError.is(cause) && cause.code !== "deadline_exceeded"
        ? cause
        : new HoldfastError({
            code: "worker_start_failed",
            message: `start of ${options.command}: ${cause instanceof Error ? cause.message : String(cause)}`,
            details: { command: options.command, timeoutMs: options.startTimeoutMs },
            cause,
          });
    }
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Makes a FIFO in {@link directory} and answers its path. @throws HoldfastError `worker_lost` */
  makeFifo(name: string): Promise<string> {
    return this.#guard.makeFifo(name);
  }

  /** Signals the command's process group. Nothing happens when it has ended; a reused id is never hit. */
  signal(name: NodeJS.Signals): void {
    this.#guard.send(`S ${constants.signals[name]}`);
  }

  /** Signals the command itself, by number, and then the rest of its process group. */
  signalApart(command: number, others: NodeJS.Signals): void {
    this.#guard.send(`A ${command} ${constants.signals[others]}`);
  }

  /** Settles when the guard has done everything that it was told before. */
  barrier(): Promise<void> {
    return this.#guard.barrier();
  }

  /** Kills the tree at once and answers when nothing of it is left. */
  async kill(): Promise<StopReport> {
    return this.stop();
  }

  /** Climbs the stop ladder and answers when nothing of the tree is left. Repeated calls share the end. */
  async stop({
    interruptGraceMs = 0,
    terminateGraceMs = 0,
  }: StopOptions = {}): Promise<StopReport> {
    let step: StopReport["step"] = "exited";
    if (!this.#hasEnded && interruptGraceMs > 0) {
      step = "interrupt";
      this.signal("SIGINT");
      await settledWithin(this.ended, interruptGraceMs);
    }
    if (!this.#hasEnded && terminateGraceMs > 0) {
      step = "terminate";
      this.#guard.send(`T ${constants.signals.SIGTERM}`);
      await settledWithin(this.ended, terminateGraceMs);
    }
    if (!this.#hasEnded) {
      step = "kill";
      this.#guard.kill();
    }
    const exit = await this.ended;
    const killedProcesses = await this.gone;
    return { step, exit, killedProcesses };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Our side of the guard's control socket: lines out, lines in. */
class GuardLink {
  readonly started = Promise.withResolvers<number>();
  readonly ended = Promise.withResolvers<ProcessExit>();
  readonly gone = Promise.withResolvers<number>();
  readonly directory: string;
  readonly channel: Socket | null;
  readonly #child: ChildProcess;
  readonly #control: Socket;
  readonly #fifoWaiters = new Map<string, PromiseWithResolvers<string>>();
  readonly #barriers: (() => void)[] = [];
  #input = "";
  #stderrTail = Buffer.alloc(0);
  #failure = "";
  #isGone = false;
  #killed = 0;

  constructor(options: GuardedProcessOptions) {
    this.directory = makePrivateDirectory();
    this.#child = spawn("perl", [guardPath(), this.directory, options.withChannel ? "1" : ""], {
      detached: true,
      cwd: "/",
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" },
      stdio: ["ignore", "ignore", "pipe", "pipe", options.withChannel ? "pipe" : "ignore"],
    });
    this.started.promise.catch(() => {});
    this.#child.on("error", (error: NodeJS.ErrnoException) => this.#spawnFailed(error));
    // At EMFILE a child that could not be spawned has no streams.
    const stdio = this.#child.stdio as unknown as readonly (Socket | null)[] | undefined;
    this.#control = stdio?.[3] as Socket;
    this.channel = stdio?.[4] ?? null;
    if (this.#control === undefined || this.#child.pid === undefined) return;
    // Its end can be known before its last words are read: they are whole when the socket has closed.
    const ended = once(this.#child, "exit");
    this.#control.once(
      "close",
      () => void ended.then(([code, signal]) => this.#guardEnded(code, signal)),
    );
    this.channel?.on("error", () => {});
    this.#control.on("error", () => {});
    this.#control.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderrTail = Buffer.concat([this.#stderrTail, chunk]).subarray(-stderrTailBytes);
    });
    this.#child.stderr?.on("error", () => {});
    try {
      this.#control.write(startRecord(options, this.directory));
    } catch (error) {
      this.started.reject(error);
      this.#control.destroy(); // then the guard ends without having started anything
    }
  }

  makeFifo(name: string): Promise<string> {
    const waiter = Promise.withResolvers<string>();
    this.#fifoWaiters.set(name, waiter);
    this.send(`F ${name}`);
    void this.ended.promise.then(() => waiter.reject(this.#lost(`FIFO ${name}`)));
    return waiter.promise;
  }

  barrier(): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    this.#barriers.push(waiter.resolve);
    this.send("B");
    void this.ended.promise.then(() => waiter.resolve());
    return waiter.promise;
  }

  send(line: string): void {
    if (this.#control?.writable) this.#control.write(`${line}\n`);
  }

  kill(): void {
    this.send("K");
  }

  #read(chunk: Buffer): void {
    this.#input += chunk.toString("latin1");
    const lines = this.#input.split("\n");
    this.#input = lines.pop() ?? "";
    for (const line of lines) this.#line(line.slice(0, 1), line.slice(2));
  }

  #line(verb: string, rest: string): void {
    switch (verb) {
      case "P":
        return this.started.resolve(Number(rest));
      case "F":
        this.#fifoWaiters.get(rest)?.resolve(join(this.directory, rest));
        this.#fifoWaiters.delete(rest);
        return;
      case "E":
        this.#failure = rest;
        for (const waiter of this.#fifoWaiters.values()) waiter.reject(this.#lost(rest));
        return this.started.reject(new Error(rest));
      case "B":
        return this.#barriers.shift()?.();
      case "X": {
        const [code = 0, signal = 0] = rest.split(" ").map(Number);
        return this.#end(code, signal);
      }
      case "G":
        this.#isGone = true;
        this.#killed = Number(rest);
        this.#control.end(); // it waits for that, and then is gone itself
        return;
      default:
    }
  }

  #end(code: number, signal: number): void {
    this.ended.resolve({
      exitCode: signal === 0 ? code : null,
      signal: signal === 0 ? null : (signalNames.get(signal) ?? "SIGKILL"),
      stderrTail: this.#stderrTail.toString("utf8"),
    });
  }

  #spawnFailed(error: NodeJS.ErrnoException): void {
    this.started.reject(
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
    this.#end(127, 0);
    if (this.#isGone) return;
    this.#isGone = true;
    removePrivateDirectory(this.directory);
    this.gone.resolve(0);
  }

  // The guard ends last; when it was killed instead, the kernel has killed the command (its parent death signal).
  #guardEnded(code: number | null, signal: NodeJS.Signals | null): void {
    const detail =
      this.#failure || this.#stderrTail.toString("utf8").trim() || (signal ?? `exit ${code}`);
    this.started.reject(new Error(`the guard ended: ${detail}`));
    this.#end(0, constants.signals.SIGKILL);
    if (this.#isGone) this.gone.resolve(this.#killed);
    else void sweepOrphans(this.directory).then(this.gone.resolve);
    this.#control?.destroy();
    this.channel?.end();
    this.#child.stderr?.destroy();
  }

  #lost(what: string): HoldfastError {
    return new HoldfastError({ code: "worker_lost", message: `${what}: the process has ended` });
  }
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

function guardPath(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve("@holdfast/core/package.json")), "guard", "guard.pl");
}

async function settledWithin(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const handle = setTimeout(timer.resolve, timeoutMs);
  await Promise.race([promise, timer.promise]);
  clearTimeout(handle);
}
