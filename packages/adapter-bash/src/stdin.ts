import { closeSync, constants, unlinkSync, writeFile } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type GuardedProcess,
  HoldfastError,
  type WorkerRequest,
  createPrivateFile,
  openFifo,
} from "@holdfast/core";

/** Standard input of one execution: nothing, bytes and then the end, or a live pipe. */
export class Stdin {
  /** What the shell opens. */
  readonly path: string;
  readonly isLive: boolean;
  readonly #socket: Socket | null;
  readonly #isFile: boolean;
  /** The shell has opened the pipe: before that, closing our end would leave it waiting for ever. */
  readonly #opened = Promise.withResolvers<void>();
  #isClosed = false;

  private constructor(path: string, socket: Socket | null, isFile: boolean) {
    this.path = path;
    this.isLive = socket !== null;
    this.#socket = socket;
    this.#isFile = isFile;
    socket?.on("error", () => this.#socket?.destroy());
  }

  /** Makes what the request asks for. `name` is new in the folder of the process. */
  static async make(process: GuardedProcess, name: string, request: WorkerRequest): Promise<Stdin> {
    const { stdin, allowInput } = request;
    if (allowInput) {
      return Stdin.open(await process.makeFifo(name), stdin);
    }
    if (stdin === null || stdin.length === 0) return Stdin.empty;
    const path = join(process.directory, name);
    const fd = createPrivateFile(path);
    try {
      await promisify(writeFile)(fd, stdin);
    } finally {
      closeSync(fd);
    }
    return new Stdin(path, null, true);
  }

  /** A live pipe on a FIFO that is there, with some bytes in it to begin with. */
  static open(path: string, bytes: Uint8Array | null): Stdin {
    // Both ways, since opening for writing alone fails while nobody reads.
    const fd = openFifo(path, constants.O_RDWR);
    const live = new Stdin(path, new Socket({ fd, readable: false, writable: true }), false);
    if (bytes !== null && bytes.length > 0) live.#socket?.write(bytes);
    return live;
  }

  static readonly empty = new Stdin("/dev/null", null, false);

  /** For the worker: the shell has opened it. */
  opened(): void {
    this.#opened.resolve();
  }

  async write(data: Uint8Array, close: boolean, executionId: string): Promise<void> {
    const socket = this.#socket;
    if (socket === null || this.#isClosed) {
      throw new HoldfastError({
        code: "input_not_expected",
        message: `input to execution ${executionId}: its standard input ${socket === null ? "is not live" : "is closed"}`,
        details: { executionId },
      });
    }
    if (close) this.#isClosed = true;
    if (data.length > 0) {
      const written = Promise.withResolvers<void>();
      socket.write(data, () => written.resolve());
      await written.promise;
    }
    if (!close) return;
    await this.#opened.promise;
    socket.destroy();
  }

  /** The execution has ended. */
  close(): void {
    this.#isClosed = true;
    this.#opened.resolve();
    this.#socket?.destroy();
    if (!this.isLive && !this.#isFile) return;
    try {
      unlinkSync(this.path);
    } catch {
      // The folder is gone, or user code was here.
    }
  }
}
