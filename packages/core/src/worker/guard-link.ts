import type { Socket } from "node:net";
import { constants } from "node:os";
import { join } from "node:path";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { ProcessExit } from "./process-exit.ts";
import { removeLeftFolder, sweepOrphans } from "./sweep-orphans.ts";
import { isChildOf } from "./told-process.ts";
import { endTree, guardEnded, killGuard, wakeGuard } from "./wake-guard.ts";

const stderrTailBytes = 4096;
const signalNames = new Map(
  // Of two names for one signal the first is the usual one: SIGABRT, not SIGIOT.
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name as NodeJS.Signals]),
);

/** What a {@link GuardLink} is made of. */
export interface GuardLinkOptions {
  /** The guard's process id; 0 when it could not be started. */
  readonly pid: number;
  /**
   * Whether the id was told by a process that user code runs in, so that it may be any of its tree: when this is to end, and does
   * not in 5 seconds, it is killed. A guard takes milliseconds, and at most 2 seconds for what others have left to it.
   * @default false: then we end its tree, and the guard is waited for, however long the kernel takes for that
   */
  readonly isTold?: boolean;
  /** The private folder of the guarded process, which the guard removes. */
  readonly directory: string;
  /** Our end of the guard's control socket. */
  readonly control: Socket;
  /** Our end of the guarded process's message channel. */
  readonly channel: Socket | null;
  /** Settles when the guard's own process has ended, with how. Never rejects. */
  readonly exited: Promise<string>;
  /** Guards above this one: what it leaves behind, should it be killed, comes to the first of them that lives. */
  readonly ancestors?: readonly GuardLink[];
}

// When a guard that was told something is looked at, and how often one that is waited for: user code may have stopped it.
const lookMs = 100;

// A guard takes milliseconds, and at most 2 seconds for what others have left to it.
const patienceMs = 5_000;

// One that has closed its socket has been killed, which takes milliseconds, or is none.
const toldPatienceMs = 500;

/** Our side of a guard's control socket: lines out, lines in. What they mean is in `guard/guard.pl`. */
export class GuardLink {
  /** The guarded process's id. */
  readonly started = Promise.withResolvers<number>();
  readonly ended = Promise.withResolvers<ProcessExit>();
  readonly gone = Promise.withResolvers<number>();
  readonly directory: string;
  readonly channel: Socket | null;
  readonly ancestors: readonly GuardLink[];
  /** The guard's own process id. */
  readonly pid: number;
  readonly #isTold: boolean;
  readonly #control: Socket;
  readonly #exited: Promise<string>;
  readonly #fifoWaiters = new Map<string, PromiseWithResolvers<string>>();
  readonly #barriers: (() => void)[] = [];
  #input = "";
  #hasEnded = false;
  #stderrTail = Buffer.alloc(0);
  #failure = "";
  #isGone = false;
  #killed = 0;
  #spared = 0;
  #looking: NodeJS.Timeout | null = null;
  /** Since it is to end. */
  #endingSince: number | null = null;
  #isClosed = false;

  constructor(options: GuardLinkOptions) {
    const { pid, isTold = false, directory, control, channel, exited, ancestors = [] } = options;
    this.pid = pid;
    this.#isTold = isTold;
    this.directory = directory;
    this.channel = channel;
    this.ancestors = ancestors;
    this.#control = control;
    this.#exited = exited;
    this.started.promise.catch(() => {});
    channel?.on("error", () => {});
    control.on("error", () => {});
    // The guard's end can be known before its last words are read: they are whole when the socket has closed.
    if (control.closed) queueMicrotask(() => void this.#closed());
    else control.once("close", () => void this.#closed());
    control.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  /** What the guard, or the process before it had a guard, wrote to its standard error. */
  hear(chunk: Buffer): void {
    this.#stderrTail = Buffer.concat([this.#stderrTail, chunk]).subarray(-stderrTailBytes);
  }

  makeFifo(name: string): Promise<string> {
    const waiter = Promise.withResolvers<string>();
    if (this.#hasEnded) waiter.reject(this.#lost(`FIFO ${name}`));
    else this.#fifoWaiters.set(name, waiter);
    this.send(`F ${name}`);
    return waiter.promise;
  }

  barrier(): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    if (this.#hasEnded) waiter.resolve();
    else this.#barriers.push(waiter.resolve);
    this.send("B");
    return waiter.promise;
  }

  send(line: string): void {
    if (!this.#control.writable) return;
    this.#control.write(`${line}\n`);
    this.#lookAfter();
  }

  kill(): void {
    this.send("K");
    this.#expectEnd();
  }

  /** Tells it, and those above it, that a process of its tree is the guard of another worker. */
  spare(guardPid: number): void {
    for (const guard of [this, ...this.ancestors]) guard.send(`R ${guardPid}`);
  }

  /** Tells it to remove a folder of a process that is to be forked when it ends, should we have ended too. */
  expectFolder(directory: string): void {
    this.send(`N ${directory}`);
  }

  /** That folder is somebody else's to remove. */
  folderHasGuard(directory: string): void {
    this.send(`H ${directory}`);
  }

  unref(): void {
    this.#control.unref();
    this.channel?.unref();
  }

  ref(): void {
    this.#control.ref();
    this.channel?.ref();
  }

  #expectEnd(): void {
    this.#endingSince ??= performance.now();
    this.#lookAfter();
  }

  /** Sees to it that it does what it was told, for as long as something of that is waited for. */
  #lookAfter(): void {
    if (this.#looking !== null || this.#isClosed) return;
    this.#looking = setTimeout(() => {
      this.#looking = null;
      if (this.#isClosed) return;
      this.#look();
      const isAwaited = this.#fifoWaiters.size > 0 || this.#barriers.length > 0;
      if (isAwaited || this.#endingSince !== null) this.#lookAfter();
    }, lookMs).unref();
  }

  #look(): void {
    void wakeGuard(this.pid, this.#endingSince !== null);
    const waitedMs = performance.now() - (this.#endingSince ?? Infinity);
    if (waitedMs > patienceMs) void this.#endForIt(waitedMs);
  }

  /** Does what the guard has not done in its time. */
  async #endForIt(waitedMs: number): Promise<void> {
    const isDone = await endTree(this.pid);
    if (this.#isTold) this.#control.destroy();
    // What the kernel takes its time to end is waited for, by the guard.
    if (this.#isTold || (isDone && waitedMs > 2 * patienceMs)) void killGuard(this.pid);
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
        if (this.#isTold && !isChildOf(this.pid, Number(rest))) return void this.#control.destroy();
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
      case "W":
        return this.hear(percentDecoded(rest));
      case "X": {
        const [code = 0, signal = 0] = rest.split(" ").map(Number);
        return this.#end(code, signal);
      }
      case "G":
        this.#isGone = true;
        [this.#killed = 0, this.#spared = 0] = rest.split(" ").map(Number);
        this.#control.end(); // it waits for that, and then is gone itself
        return;
      default:
    }
  }

  #end(code: number, signal: number): void {
    // Told, not waited for by each: what waits for the end is kept until then.
    this.#hasEnded = true;
    for (const [name, waiter] of this.#fifoWaiters) waiter.reject(this.#lost(`FIFO ${name}`));
    this.#fifoWaiters.clear();
    for (const passed of this.#barriers.splice(0)) passed();
    this.#expectEnd();
    // Its last words lie in a pipe of their own by now, and are read in this turn; in the next one, if the pipe has only now
    // begun to be watched.
    setImmediate(() =>
      setImmediate(() =>
        this.ended.resolve({
          exitCode: signal === 0 ? code : null,
          signal: signal === 0 ? null : (signalNames.get(signal) ?? "SIGKILL"),
          stderrTail: this.#stderrTail.toString("utf8"),
        }),
      ),
    );
  }

  // The guard ends last, unless it stays for others; when it was killed instead, the kernel has killed the command (its
  // parent death signal).
  async #closed(): Promise<void> {
    this.#isClosed = true;
    if (!this.#isGone) await guardEnded(this.pid, this.#isTold ? toldPatienceMs : patienceMs);
    const how = this.#isGone && this.#spared > 0 ? "" : await this.#exited;
    const detail = this.#failure || this.#stderrTail.toString("utf8").trim() || how;
    this.started.reject(new Error(`the guard ended: ${detail}`));
    this.#end(0, constants.signals.SIGKILL);
    this.#control.destroy();
    this.channel?.end();
    await this.ended.promise;
    if (this.#isGone) {
      await removeLeftFolder(this.directory); // it may have had no descriptor to look into it with
      return this.gone.resolve(this.#killed);
    }
    await Promise.all(
      this.ancestors.map((guard) => {
        guard.send("O");
        return guard.barrier();
      }),
    );
    this.gone.resolve(await sweepOrphans(this.directory));
  }

  #lost(what: string): HoldfastError {
    return new HoldfastError({ code: "worker_lost", message: `${what}: the process has ended` });
  }
}

function percentDecoded(text: string): Buffer {
  const decoded = text.replace(/%([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, "latin1");
}
