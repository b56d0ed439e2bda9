import type { Channel } from "../channel.ts";
import { type Execution, currentExecution, owner } from "../execution.ts";
import { block, bytesSubarray, defineProperty, utf8Bytes } from "../primordials.ts";
import { OutputLane } from "./output-lane.ts";
import { type Stream, createOutputStream } from "./output-stream.ts";
import { watchSpawns } from "./watch-spawns.ts";

// Of output in one message.
const maxMessageBytes = 4 * 1024 * 1024;

// A reader that keeps up empties the pipe in less than this; for one that does not, waiting must cost little.
const shortWaitMs = 0.05;
const shortWaits = 100;
const longWaitMs = 1;

/** What JavaScript writes, and the descriptors below: each write goes to the execution whose code it is. */
export class Outputs {
  readonly #channel: Channel;
  readonly #lane: OutputLane;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  /** Whether a process that was started may hold the pipes. */
  #mayBeHeld = false;
  /** Threads of the user's start processes that nobody tells us of. */
  #hasThreads = false;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.#lane = new OutputLane(
      (times) => this.#waitForReader(times),
      () => this.#isInterrupted(),
    );
    const write = (stream: Stream, bytes: Uint8Array) => this.#write(stream, bytes);
    this.#stdout = createOutputStream("stdout", write);
    this.#stderr = createOutputStream("stderr", write);
    watchSpawns({
      onProcess: () => {
        this.#mayBeHeld = true;
        // Nobody's output: what starts between two executions must not hold the pipes of the next.
        if (currentExecution() === null) this.#lane.detach();
      },
      onThread: () => (this.#hasThreads = true),
    });
  }

  /**
   * Takes the first pipes, before a thread is there that opens files: for a moment the numbers of the descriptors are free for
   * anybody.
   */
  attachFirst(directory: string): void {
    try {
      this.#lane.attach(`${directory}/o1.out`, `${directory}/o1.err`);
    } catch {
      // They are named in another way: the first execution takes them.
    }
  }

  /** The pipes that there are. */
  get paths(): OutputLane["paths"] {
    return this.#lane.paths;
  }

  attach({ stdoutPath, stderrPath }: Execution): void {
    this.#lane.attach(stdoutPath, stderrPath);
    this.#mayBeHeld = this.#hasThreads;
    install("stdout", this.#stdout);
    install("stderr", this.#stderr);
  }

  /** The execution is over. Answers whether the pipes are kept for the next one, with nobody else who could have them. */
  release(): boolean {
    if (!this.#mayBeHeld) return true;
    this.#lane.detach();
    return false;
  }

  /** Writes a text as the owner of the code that calls. */
  print(stream: Stream, text: string): void {
    this.#write(stream, utf8Bytes(text));
  }

  printLines(stream: Stream, lines: readonly string[]): void {
    for (let i = 0; i < lines.length; i++) this.print(stream, `${lines[i]}\n`);
  }

  /** No more is written for an execution whose interrupt has come: the code ends here, as soon as the thread that brings it does. */
  #waitForReader(times: number): void {
    do block(times < shortWaits ? shortWaitMs : longWaitMs);
    while (this.#isInterrupted());
  }

  #isInterrupted(): boolean {
    return this.#channel.hasInterrupt(currentExecution()?.executionId);
  }

  #write(stream: Stream, bytes: Uint8Array): void {
    const execution = owner();
    if (execution === null) return;
    if (execution === currentExecution()) return this.#lane.write(stream, bytes);
    for (let at = 0; at < bytes.byteLength; at += maxMessageBytes) {
      this.#channel.send({
        type: "output",
        executionId: execution.executionId,
        stream,
        data: bytesSubarray(
          bytes,
          at,
          Math.min(bytes.byteLength, at + maxMessageBytes),
        ) as Uint8Array<ArrayBuffer>,
      });
    }
  }
}

/** As Node has it; and again for each execution, should user code have put something else there. */
function install(name: Stream, value: NodeJS.WriteStream): void {
  if (process[name] === value) return;
  defineProperty(process, name, {
    get: () => value,
    set: (other: unknown) =>
      defineProperty(process, name, { value: other, writable: true, configurable: true }),
    configurable: true,
    enumerable: true,
  });
}
