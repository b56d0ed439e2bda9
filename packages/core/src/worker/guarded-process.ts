import type { Socket } from "node:net";
import { constants } from "node:os";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { debug } from "../telemetry/debug-log.ts";
import { within } from "../time/within.ts";
import type { GuardLink } from "./guard-link.ts";
import type { ProcessExit } from "./process-exit.ts";
import { type GuardedProcessOptions, spawnGuard } from "./spawn-guard.ts";
import type { StopOptions, StopReport } from "./stop-ladder.ts";

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
    this.#log();
  }

  /**
   * Starts the command under a guard of its own.
   * @throws HoldfastError `worker_start_failed` when it cannot be started or not in time, `runtime_unavailable` when
   *   there is no Perl for the guard, `cancelled` when `signal` aborted.
   */
  static async start(options: GuardedProcessOptions): Promise<GuardedProcess> {
    const { command, startTimeoutMs, signal } = options;
    let guard: GuardLink | null = null;
    try {
      guard = spawnGuard(options);
      const pid = await within(guard.started.promise, {
        timeoutMs: startTimeoutMs,
        ...(signal ? { signal } : {}),
        what: `start of ${command}`,
      });
      return new GuardedProcess(guard, pid);
    } catch (cause) {
      guard?.kill();
      await guard?.gone.promise;
      throw HoldfastError.is(cause) && cause.code !== "deadline_exceeded"
        ? cause
        : new HoldfastError({
            code: "worker_start_failed",
            message: `start of ${command}: ${cause instanceof Error ? cause.message : String(cause)}`,
            details: { command, timeoutMs: startTimeoutMs },
            cause,
          });
    }
  }

  /** Takes over a process that was forked with a guard of its own: see {@link ForkSocket}. Rejects when it has ended. */
  static async adopt(guard: GuardLink): Promise<GuardedProcess> {
    return new GuardedProcess(guard, await guard.started.promise);
  }

  /** The guard of this process. */
  get guard(): GuardLink {
    return this.#guard;
  }

  /** Lets our own process end although this one lives; it ends with ours. */
  unref(): void {
    this.#guard.unref();
  }

  ref(): void {
    this.#guard.ref();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Makes a FIFO in {@link directory} and answers its path. @throws HoldfastError `worker_lost` */
  makeFifo(name: string): Promise<string> {
    return this.#guard.makeFifo(name);
  }

  #log(): void {
    const { pid } = this;
    debug.worker?.("started", { pid });
    void this.ended.then(({ exitCode, signal }) =>
      debug.worker?.("ended", { pid, exitCode, signal }),
    );
    void this.gone.then((killed) => debug.worker?.("gone", { pid, killed }));
  }

  /** Signals the command's process group. Nothing happens when it has ended; a reused id is never hit. */
  signal(name: NodeJS.Signals): void {
    debug.worker?.("signal", { pid: this.pid, signal: name });
    this.#guard.send(`S ${constants.signals[name]}`);
  }

  /** Signals the command itself, by number, and then the rest of its process group. */
  signalApart(command: number, others: NodeJS.Signals): void {
    debug.worker?.("signal", { pid: this.pid, signal: others });
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
    debug.worker?.("stopped", { pid: this.pid, step, killedProcesses });
    return { step, exit, killedProcesses };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function settledWithin(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const handle = setTimeout(timer.resolve, timeoutMs);
  await Promise.race([promise, timer.promise]);
  clearTimeout(handle);
}
