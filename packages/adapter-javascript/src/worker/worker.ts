import type { HostMessage } from "@holdfast/core";
import { createRequire } from "node:module";
import { Channel } from "./channel.ts";
import { currentExecution } from "./execution.ts";
import type { Executor } from "./executor.ts";
import { installInterrupts } from "./interrupts.ts";
import { promiseThen, reallyExit, setImmediate, setTimeout } from "./primordials.ts";
import { startControl } from "./start-control.ts";
import { takeOn } from "./surroundings.ts";

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

/** One message after the other, one execution at a time. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #channel = new Channel();
  #executor: Executor | null = null;
  #isLoading = false;
  #hasWorked = false;

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

  #greet(hello: HostMessage & { readonly type: "hello" }): void {
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

  /** A worker that waits for its session has the time; one that has work gets warm by that. */
  #rehearse(): void {
    if (!this.#hasWorked) this.#executor?.rehearse();
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
