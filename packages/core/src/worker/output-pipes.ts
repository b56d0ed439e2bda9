import { closeSync, constants, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { GuardedProcess } from "./guarded-process.ts";
import { openFifo } from "./private-files.ts";

/** Which of the two output streams of a process. */
export type OutputStream = "stdout" | "stderr";

/** Receives a view of a shared buffer: what is to be kept must be copied before it returns. */
export type OutputListener = (stream: OutputStream, bytes: Buffer) => void;

// Sixteen times the kernel's default pipe: what one wake-up finds is read in one call even when the pipe was enlarged.
const scratch = Buffer.allocUnsafeSlow(1 << 20);

// Far more than a pipe holds: what is read behind that was written meanwhile, by what may never stop.
const maxDrainBytes = 16 << 20;

/**
 * A pair of FIFOs for the output of one execution, used again by the next one for as long as nothing else holds them.
 *
 * We hold a writing end of our own, so that the reading end never sees an end of file while no execution has it open.
 */
export class OutputPipes {
  readonly stdoutPath: string;
  readonly stderrPath: string;
  readonly #ends: readonly [PipeEnd, PipeEnd];

  private constructor(directory: string, name: string) {
    this.stdoutPath = join(directory, `${name}.out`);
    this.stderrPath = join(directory, `${name}.err`);
    const stdout = new PipeEnd("stdout", this.stdoutPath);
    try {
      this.#ends = [stdout, new PipeEnd("stderr", this.stderrPath)];
    } catch (error) {
      stdout.close(); // no descriptor was left
      throw error;
    }
  }

  /** Names of the two FIFOs, for {@link GuardedProcess.start}'s `fifos`. */
  static fifoNames(name: string): readonly [string, string] {
    return [`${name}.out`, `${name}.err`];
  }

  /** Opens FIFOs that are there. @throws HoldfastError `worker_lost` when something else is there; the system's error when nothing is */
  static open(directory: string, name: string): OutputPipes {
    return new OutputPipes(directory, name);
  }

  /** Makes and opens a new pair. @throws HoldfastError `worker_lost` when the process has ended meanwhile */
  static async make(process: GuardedProcess, name: string): Promise<OutputPipes> {
    await Promise.all(OutputPipes.fifoNames(name).map((fifo) => process.makeFifo(fifo)));
    return new OutputPipes(process.directory, name);
  }

  /** Who gets what arrives from now on. Without one, what arrives is dropped. */
  listen(listener: OutputListener | null): void {
    for (const end of this.#ends) end.listener = listener;
  }

  /** Takes what is in both pipes now. What a process wrote before it said *done* is in them already. */
  drain(): void {
    for (const end of this.#ends) end.drain();
  }

  /** Takes what is there and says whether a process still holds a writing end. Call when the execution has let go of its own. */
  isHeld(): boolean {
    const [out, err] = this.#ends.map((end) => end.isHeld());
    return out === true || err === true;
  }

  /** Stops reading: the pipes fill up and the writers block. */
  pause(): void {
    for (const end of this.#ends) end.pause();
  }

  resume(): void {
    for (const end of this.#ends) end.resume();
  }

  /** Lets go of our writing ends, so that the pair ends with its last holder: then `ended` is called, once. */
  retire(ended: () => void): void {
    let open = this.#ends.length;
    for (const end of this.#ends) {
      end.retire(() => {
        if (--open === 0) ended();
      });
    }
  }

  /** Closes our ends. What still writes gets SIGPIPE. */
  close(): void {
    for (const end of this.#ends) end.close();
  }
}

/** Our two ends of one FIFO. */
class PipeEnd {
  listener: OutputListener | null = null;
  readonly #stream: OutputStream;
  readonly #readFd: number;
  readonly #socket: Socket;
  #writeFd: number | null;
  #isClosed = false;

  constructor(stream: OutputStream, path: string) {
    this.#stream = stream;
    this.#readFd = openFifo(path, constants.O_RDONLY);
    try {
      this.#writeFd = this.#openForWriting();
    } catch (error) {
      closeSync(this.#readFd);
      throw error;
    }
    this.#socket = new Socket({
      fd: this.#readFd,
      readable: true,
      writable: false,
      onread: {
        buffer: scratch,
        callback: (length) => {
          this.listener?.(this.#stream, scratch.subarray(0, length));
          return !this.#socket.isPaused();
        },
      },
    });
    this.#socket.on("error", () => this.close());
    this.#socket.once("close", () => (this.#isClosed = true));
    this.#socket.resume();
  }

  /** What the last read came to: more than 0 where somebody writes on and on. */
  drain(): number {
    for (let drained = 0; ;) {
      const length = this.#read();
      if (length <= 0) return length;
      this.listener?.(this.#stream, Buffer.from(scratch.subarray(0, length)));
      drained += length;
      if (drained >= maxDrainBytes) return length;
    }
  }

  isHeld(): boolean {
    if (this.#isClosed || this.#writeFd === null) return true;
    closeSync(this.#writeFd);
    this.#writeFd = null;
    const isHeld = this.drain() !== 0;
    this.#writeFd = this.#openForWriting();
    return isHeld;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  retire(ended: () => void): void {
    this.#socket.once("close", ended);
    this.#socket.once("end", () => {
      this.#isClosed = true; // its descriptor goes before it says so
      this.#socket.destroy();
    });
    if (this.#writeFd !== null) closeSync(this.#writeFd);
    this.#writeFd = null;
    this.#socket.resume();
  }

  close(): void {
    if (this.#writeFd !== null) closeSync(this.#writeFd);
    this.#writeFd = null;
    this.#isClosed = true;
    this.#socket.destroy();
  }

  // Not by its name: a writer that waited for us may have come and gone by now, its folder with it.
  #openForWriting(): number {
    return openSync(`/proc/self/fd/${this.#readFd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  }

  /** Bytes read into the scratch buffer; 0 at the end of file, -1 when there is nothing now. */
  #read(): number {
    if (this.#isClosed) return 0;
    // "Nothing there" comes as an error, and most of what an error costs is its stack.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return readSync(this.#readFd, scratch);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return -1;
      throw error;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}
