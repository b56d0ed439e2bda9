import { Socket } from "node:net";
import type { HostMessage, WorkerMessage } from "@holdfast/core";
import { shielded } from "./interrupts.ts";
import {
  allocate,
  block,
  bytesSet,
  bytesSubarray,
  hasCode,
  reallyExit,
  readSync,
  setImmediate,
  writeSync,
} from "./primordials.ts";
import { FrameDecoder } from "./wire/frame-decoder.ts";
import { decodeMsgpack } from "./wire/msgpack-decoder.ts";
import { encodeMsgpack } from "./wire/msgpack-encoder.ts";

const channelFd = 4;
const readBytes = 64 * 1024;
const headerBytes = 5;
const keptBytes = 64 * 1024;

// What waits for an answer looks for it again and again, since nothing else may run meanwhile: at once at first, which is
// when most answers come, then after this.
const eagerReads = 200;
const readAgainMs = 1;

/** The messages of a session, over the socket that the worker was born with. */
export class Channel {
  readonly #decoder = new FrameDecoder();
  readonly #scratch = allocate(readBytes);
  readonly #queue: HostMessage[] = [];
  #onMessages = (): void => {};
  #isRehearsal = false;
  #maxFrameBytes = 16 * 1024 * 1024;
  #head = 0;
  #soon: WorkerMessage | null = null;
  /** What is about to be written. */
  #frames: Uint8Array = allocate(keptBytes);
  #length = 0;
  readonly #sendNow = (): void => {
    if (this.#soon !== null) this.send();
  };

  /** Calls `onMessages` when there is something to {@link take}. The process ends with the channel. */
  listen(onMessages: () => void): void {
    this.#onMessages = onMessages;
    const socket = new Socket({
      fd: channelFd,
      readable: true,
      writable: false,
      onread: {
        buffer: allocate(readBytes),
        callback: (length, bytes) => {
          this.#receive(bytesSubarray(bytes, 0, length));
          onMessages();
          return true;
        },
      },
    });
    socket.on("error", () => reallyExit(0));
    socket.on("end", () => reallyExit(0));
    socket.on("close", () => reallyExit(0));
    socket.resume();
  }

  limitFrames(maxFrameBytes: number): void {
    this.#maxFrameBytes = maxFrameBytes;
    this.#decoder.limitFrames(maxFrameBytes);
  }

  get hasMessages(): boolean {
    return this.#head < this.#queue.length;
  }

  /** What {@link take} will answer. */
  get next(): HostMessage | null {
    return this.#queue[this.#head] ?? null;
  }

  /** The next message, oldest first. */
  take(): HostMessage | null {
    const message = this.#queue[this.#head];
    if (message === undefined) return null;
    this.#head++;
    if (this.#head === this.#queue.length) this.#queue.length = this.#head = 0;
    return message;
  }

  /** Whether an interrupt of this execution has come, for code that does not return to where messages are taken. */
  hasInterrupt(executionId: string | undefined): boolean {
    shielded(() => this.#readNow());
    for (let i = this.#head; i < this.#queue.length; i++) {
      const message = this.#queue[i] as HostMessage;
      if (message.type === "interrupt" && message.executionId === executionId) return true;
    }
    return false;
  }

  /** Blocks until this arrives; what else comes is kept. An interrupt ends the wait as it ends any code. */
  waitFor(matches: (message: HostMessage) => boolean): HostMessage {
    for (let reads = 0; ; reads++) {
      for (let i = this.#head; i < this.#queue.length; i++) {
        const message = this.#queue[i] as HostMessage;
        if (!matches(message)) continue;
        for (let j = i; j > this.#head; j--) this.#queue[j] = this.#queue[j - 1] as HostMessage;
        this.take();
        return message;
      }
      if (!shielded(() => this.#readNow()) && reads > eagerReads) block(readAgainMs);
    }
  }

  /** Sends a message with the next one, or after {@link endTurn}: a write costs more than all else that we do. */
  sendSoon(message: WorkerMessage): void {
    this.#soon = message;
  }

  /** Nothing more is said in this turn of the event loop. */
  endTurn(): void {
    if (this.#soon !== null) setImmediate(this.#sendNow);
  }

  /**
   * Sends messages in one write, whole whatever interrupts the caller.
   * @throws Error for what the protocol cannot hold; then nothing was sent
   */
  send(...messages: readonly WorkerMessage[]): void {
    shielded(() => {
      this.#length = 0;
      if (this.#soon !== null) this.#append(this.#soon);
      for (let i = 0; i < messages.length; i++) this.#append(messages[i] as WorkerMessage);
      this.#soon = null;
      writeWhole(this.#frames, this.#isRehearsal ? 0 : this.#length);
      if (this.#frames.byteLength > keptBytes) this.#frames = allocate(keptBytes);
    });
  }

  /** Whether nothing has come that is not handled yet. */
  get isIdle(): boolean {
    return !this.hasMessages && this.#decoder.isEmpty;
  }

  /** Takes a message as if it had come, and handles it; what is sent meanwhile goes nowhere. Only while {@link isIdle}. */
  rehearse(message: HostMessage): void {
    this.#length = 0;
    this.#append(message);
    const bytes = allocate(this.#length);
    bytesSet(bytes, bytesSubarray(this.#frames, 0, this.#length), 0);
    this.#receive(bytesSubarray(bytes, 0, this.#length));
    this.#isRehearsal = true;
    try {
      this.#onMessages();
    } finally {
      this.#isRehearsal = false;
      this.#soon = null;
    }
  }

  #append(message: WorkerMessage | HostMessage): void {
    const body = encodeMsgpack(message);
    let at = 0;
    do {
      const size = Math.min(this.#maxFrameBytes, body.byteLength - at);
      this.#reserve(headerBytes + size);
      const frames = this.#frames;
      const start = this.#length;
      frames[start] = size >>> 24;
      frames[start + 1] = size >>> 16;
      frames[start + 2] = size >>> 8;
      frames[start + 3] = size;
      frames[start + 4] = at + size < body.byteLength ? 1 : 0;
      bytesSet(frames, bytesSubarray(body, at, at + size), start + headerBytes);
      this.#length = start + headerBytes + size;
      at += size;
    } while (at < body.byteLength);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#frames.byteLength) return;
    const larger = allocate(Math.max(needed, this.#frames.byteLength * 2));
    bytesSet(larger, bytesSubarray(this.#frames, 0, this.#length), 0);
    this.#frames = larger;
  }

  #readNow(): boolean {
    // What came in the middle of a rehearsal would be answered with it: to nobody.
    if (this.#isRehearsal) return false;
    try {
      const length = readSync(channelFd, this.#scratch, 0, readBytes, null);
      if (length === 0) reallyExit(0);
      this.#receive(bytesSubarray(this.#scratch, 0, length));
      setImmediate(this.#onMessages); // for what is not taken by who has read it
      return true;
    } catch (error) {
      if (hasCode(error, "EAGAIN")) return false;
      return reallyExit(0);
    }
  }

  #receive(bytes: Uint8Array): void {
    try {
      this.#decoder.append(bytes);
      for (let body = this.#decoder.next(); body !== null; body = this.#decoder.next()) {
        this.#queue[this.#queue.length] = decodeMsgpack(body) as HostMessage;
      }
    } catch (error) {
      const message = `what was received is not of the protocol: ${(error as Error).message}`;
      this.send({ type: "fault", code: "frame_invalid", message });
      reallyExit(1);
    }
  }
}

/** The socket does not block, since Node reads it: what does not fit waits here. */
function writeWhole(bytes: Uint8Array, length: number): void {
  let at = 0;
  do {
    try {
      at += writeSync(channelFd, bytes, at, length - at, null);
    } catch (error) {
      if (!hasCode(error, "EAGAIN")) reallyExit(0); // the session is gone
      block(1);
    }
  } while (at < length);
}
