import type { HostMessage } from "@holdfast/core";
import { createRequire } from "node:module";
import { Channel } from "./channel.ts";
import { currentExecution } from "./execution.ts";
import type { Executor } from "./executor.ts";
import { installInterrupts } from "./interrupts.ts";
import { promiseThen, reallyExit, setImmediate, setTimeout } from "./primordials.ts";
import { startControl } from "./start-control.ts";
import { rehearseTakingOn, takeOn } from "./surroundings.ts";

const protocolVersion = 1;
const features = [
  "stdin",
  "input",
  "results",
  "displays",
  "interrupt",
  "checkpoint",
  "namespace",
  "changes",
  "completion",
];

// The first message of who wanted the worker for now has come by then.
const rehearsalDelayMs = 20;

// V8 knows by then what it will see; more of them gain nothing that can be measured.
const rehearsalRounds = 40;

/** What the worker is made of. */
export interface WorkerOptions {
  /** Where our files are: their frames are no business of the user's. */
  readonly ownDirectory: string;
  /** The file of the thread that brings interrupts. */
  readonly controlFile: string;
  /** Where it hears of them. */
  readonly interruptPath: string;
  /** The private folder of the process. */
  readonly directory: string;
}

type Hello = HostMessage & { readonly type: "hello" };

/** One message after the other, one execution at a time. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #channel = new Channel();
  #executor: Executor | null = null;
  #isLoading = false;
  #hasWorked = false;
  /** What it was greeted with, apart from what it has taken on. */
  #hello: Hello | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
    installInterrupts(
      (file) => file.startsWith(options.ownDirectory),
      () => {
        this.#executor?.endTerminated();
        this.#serve();
      },
    );
  }

  serve(): void {
    this.#channel.listen(() => this.#serve());
  }

  #serve(): void {
    while (this.#channel.hasMessages) {
      if (this.#executor === null && this.#channel.next?.type !== "hello") return this.#load();
      this.#handle(this.#channel.take() as HostMessage);
    }
    this.#channel.endTurn();
  }

  #handle(message: HostMessage): void {
    switch (message.type) {
      case "hello":
        return this.#greet(message);
      case "ping":
        return this.#channel.send({
          type: "heartbeat",
          requestId: message.requestId,
          isBusy: currentExecution() !== null,
        });
      case "shutdown":
        return reallyExit(0);
      default:
        this.#hasWorked = true;
        return this.#executor?.handle(message);
    }
  }

  #greet(hello: Hello): void {
    if (hello.protocolVersion !== protocolVersion) {
      const message = `protocol version ${hello.protocolVersion}, this worker has ${protocolVersion}`;
      this.#channel.send({ type: "fault", code: "protocol_mismatch", message });
      return reallyExit(1);
    }
    this.#channel.limitFrames(hello.maxFrameBytes);
    try {
      takeOn(hello.env, hello.cwd);
    } catch (error) {
      const { message } = error as Error;
      this.#channel.send({ type: "fault", code: "worker_start_failed", message });
      return reallyExit(1);
    }
    this.#hello = { ...hello, env: null, cwd: null };
    this.#channel.send({
      type: "ready",
      protocolVersion,
      runtime: "javascript",
      version: process.versions.node,
      pid: process.pid,
      features,
    });
    if (this.#executor === null) setImmediate(() => this.#load());
  }

  /**
   * A worker that waits for its session has the time; one that has work gets warm by that. What comes in between two rounds is
   * taken up at once, and ends this.
   */
  #rehearse(round = 0): void {
    const executor = this.#executor;
    const hello = this.#hello;
    if (executor === null || hello === null || round === rehearsalRounds) return;
    if (this.#hasWorked || !this.#channel.isIdle) return;
    this.#channel.rehearse(hello);
    rehearseTakingOn();
    executor.rehearse(round);
    this.#hasWorked = false;
    setImmediate(() => this.#rehearse(round + 1));
  }

  /** What runs code is loaded when the session knows already that the worker is up. */
  #load(): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    promiseThen(
      import("./executor.ts"),
      ({ Executor }) => {
        const { ownDirectory, directory } = this.#options;
        const isOurs = (file: string) => file.startsWith(ownDirectory);
        this.#executor = new Executor(this.#channel, isOurs, directory);
        hideFiles(this.#options.ownDirectory);
        startControl(this.#options);
        this.#serve();
        setTimeout(() => this.#rehearse(), rehearsalDelayMs).unref();
      },
      (error) => {
        process.stderr.write(String(error));
        reallyExit(70);
      },
    );
  }
}

/** `require.cache` is the user's. */
function hideFiles(directory: string): void {
  const { cache } = createRequire(directory);
  for (const file of Object.keys(cache)) if (file.startsWith(directory)) delete cache[file];
}
