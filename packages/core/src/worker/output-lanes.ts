import type { GuardedProcess } from "./guarded-process.ts";
import { OutputPipes, type OutputStream } from "./output-pipes.ts";

/** Receives output in pieces of at most 64 KiB; a view of a shared buffer. */
export type LaneListener = (stream: OutputStream, bytes: Buffer) => void;

const maxChunkBytes = 64 * 1024;

/** Receives what an execution's left-overs write after its end; a view of a shared buffer. */
export type LateListener = (executionId: string, stream: OutputStream, bytes: Buffer) => void;

/** Lanes left to what executions started; one more ends the oldest, whose writers get SIGPIPE. */
const maxRetired = 32;

/**
 * The output pipes of a worker's foreground: one pair, used again for as long as nobody else holds it, and a fresh one when
 * somebody does.
 */
export class OutputLanes {
  readonly #process: GuardedProcess;
  #onLate: LateListener = () => {};
  readonly #retired: OutputPipes[] = [];
  #current: OutputPipes;
  #count = 1;
  #name = "o1";

  /** Names of the first pair's FIFOs, for the start of the process. */
  static readonly fifos = OutputPipes.fifoNames("o1");

  /** Opens the first pair. @throws the system's error when it is not there, or no descriptor is left */
  constructor(process: GuardedProcess) {
    this.#process = process;
    this.#current = OutputPipes.open(process.directory, this.#name);
  }

  /** The name of the pair that the next execution gets. */
  get name(): string {
    return this.#name;
  }

  get stdoutPath(): string {
    return this.#current.stdoutPath;
  }

  get stderrPath(): string {
    return this.#current.stderrPath;
  }

  /** Who gets late output from now on. Without one it is dropped. */
  listenLate(listener: LateListener): void {
    this.#onLate = listener;
  }

  listen(listener: LaneListener): void {
    this.#current.listen((stream, bytes) => {
      for (let start = 0; start < bytes.length; start += maxChunkBytes) {
        listener(stream, bytes.subarray(start, start + maxChunkBytes));
      }
    });
  }

  pause(): void {
    this.#current.pause();
  }

  resume(): void {
    this.#current.resume();
  }

  /** Takes all that the execution wrote. */
  drain(): void {
    this.#current.drain();
  }

  /**
   * The execution has ended and its shell has let go. Answers whether the pair is free for the next one; when not, call
   * {@link renew} before that.
   */
  finish(executionId: string): boolean {
    if (!this.#current.isHeld()) {
      this.#current.listen(null);
      this.#current.resume();
      return true;
    }
    this.#retire(executionId);
    return false;
  }

  /** The execution has ended, and the worker keeps the pair open for the next one: nobody else holds it. */
  keep(): void {
    this.#current.drain();
    this.#current.listen(null);
    this.#current.resume();
  }

  /** Makes a fresh pair. @throws HoldfastError `worker_lost` */
  async renew(): Promise<void> {
    const name = `o${++this.#count}`;
    this.#current = await OutputPipes.make(this.#process, name);
    this.#name = name;
  }

  close(): void {
    for (const pipes of [this.#current, ...this.#retired]) pipes.close();
  }

  #retire(executionId: string): void {
    const pipes = this.#current;
    this.#retired.push(pipes);
    pipes.listen((stream, bytes) => this.#onLate(executionId, stream, bytes));
    pipes.retire(() => {
      const index = this.#retired.indexOf(pipes);
      if (index >= 0) this.#retired.splice(index, 1);
    });
    if (this.#retired.length > maxRetired) this.#retired.shift()?.close();
  }
}
