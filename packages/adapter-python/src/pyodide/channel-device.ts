import { writeSync } from "node:fs";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { type ControlWords, hasSignal, wait } from "./control-words.ts";
import { type FileSystem, type StreamOperations, errno, pollEvents } from "./file-system.ts";
import { writeWaiting } from "./write-waiting.ts";

// Of no device that Emscripten has.
const deviceMajor = 200;

/** What a channel's devices are made of. */
export interface ChannelDeviceOptions {
  readonly files: FileSystem;
  readonly words: ControlWords;
  /** Brings what the other thread has read; `null`: the end. */
  readonly port: MessagePort;
  /** Descriptor of the process to write to. */
  readonly fd: number;
}

/**
 * The channel to the session, as Python has it: one device to read and write messages, and one whose read waits until
 * there is something to read from the first, since `poll` waits for nothing in Emscripten. Both say EINTR when there is
 * a signal, so that Python takes it first.
 */
export class ChannelDevice {
  readonly #options: ChannelDeviceOptions;
  #pieces: Buffer[] = [];
  #hasEnded = false;

  constructor(options: ChannelDeviceOptions) {
    this.#options = options;
  }

  /** Whether there is something to read, or the end. */
  canRead(): boolean {
    for (;;) {
      const received = receiveMessageOnPort(this.#options.port) as {
        readonly message: Uint8Array<ArrayBuffer> | null;
      } | null;
      if (received === undefined || received === null) break;
      const { message } = received;
      if (message === null) this.#hasEnded = true;
      else this.#pieces.push(Buffer.from(message.buffer, message.byteOffset, message.length));
    }
    return this.#pieces.length > 0 || this.#hasEnded;
  }

  /** Makes the two device files. */
  install(channelPath: string, readyPath: string): void {
    const { files, words, fd } = this.#options;
    const interrupted = () => new files.ErrnoError(errno.EINTR);
    this.#addDevice(channelPath, 0, {
      read: (_, heap, offset, length) => {
        if (hasSignal(words)) throw interrupted();
        return this.#read(heap, offset, length);
      },
      write: (_, heap, offset, length) =>
        writeWaiting(() => writeSync(fd, heap, offset, length), { words, files, isTorn: true }),
      poll: () => pollEvents.out | (this.canRead() ? pollEvents.in : 0),
    });
    this.#addDevice(readyPath, 1, {
      read: (_, heap, offset) => {
        if (wait(words, () => this.canRead(), Infinity) === "signal") throw interrupted();
        heap[offset] = 1;
        return 1;
      },
    });
  }

  #addDevice(path: string, minor: number, operations: StreamOperations): void {
    const { files } = this.#options;
    const device = files.makedev(deviceMajor, minor);
    files.registerDevice(device, operations);
    files.mkdev(path, 0o600, device);
  }

  #read(heap: Int8Array, offset: number, length: number): number {
    this.canRead();
    const [piece] = this.#pieces;
    if (piece === undefined) {
      if (this.#hasEnded) return 0;
      throw new this.#options.files.ErrnoError(errno.EAGAIN);
    }
    const taken = piece.subarray(0, length);
    heap.set(taken, offset);
    if (taken.length === piece.length) this.#pieces.shift();
    else this.#pieces[0] = piece.subarray(taken.length);
    return taken.length;
  }
}
