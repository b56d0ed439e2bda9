import type { Duplex } from "node:stream";
import type { z } from "zod";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { encodeFrames } from "../framing/encode-frames.ts";
import { FrameDecoder, type FrameDecoderOptions } from "../framing/frame-decoder.ts";
import { packMessage, unpackMessage } from "../protocol/message-codec.ts";
import { debug } from "../telemetry/debug-log.ts";
import { publish } from "../telemetry/telemetry-channels.ts";
import type { MessageChannel } from "./message-channel.ts";

/** What a {@link StreamChannel} needs. */
export interface StreamChannelOptions<Schema extends z.ZodType> extends FrameDecoderOptions {
  /** A socket of any kind: a pipe, a Unix socket, TCP. The channel owns it from now on. */
  readonly stream: Duplex;
  /** What may come in. */
  readonly schema: Schema;
}

/** What is told of a message. */
interface Identified {
  readonly type: string;
  readonly executionId?: string;
}

/** Messages over a stream of bytes. A bad frame or message closes the channel, and nothing else. */
export class StreamChannel<
  Out extends { readonly type: string },
  Schema extends z.ZodType,
> implements MessageChannel<Out, z.output<Schema>> {
  readonly closed: Promise<HoldfastError | null>;
  readonly #stream: Duplex;
  readonly #decoder: FrameDecoder;
  readonly #schema: Schema;
  readonly #maxFrameBytes: number | undefined;
  readonly #end = Promise.withResolvers<HoldfastError | null>();
  #listener: ((message: z.output<Schema>) => void) | null = null;
  #waiting: z.output<Schema>[] = [];
  /** Of those who have sent more than the stream takes at once. */
  #room: PromiseWithResolvers<void> | null = null;
  #isPaused = false;
  #isClosed = false;

  constructor({ stream, schema, ...limits }: StreamChannelOptions<Schema>) {
    this.#stream = stream;
    this.#schema = schema;
    this.#decoder = new FrameDecoder(limits);
    this.#maxFrameBytes = limits.maxFrameBytes;
    this.closed = this.#end.promise;
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    stream.on("error", (cause) => this.#close("the connection broke", cause));
    stream.once("end", () =>
      this.#close(this.#decoder.pendingBytes > 0 ? "it ended within a frame" : null),
    );
    stream.once("close", () => this.#close(null));
    stream.resume(); // it may come paused
    if (stream.destroyed) this.#close("its stream was closed before"); // which a stream tells only once
  }

  async send(message: Out): Promise<void> {
    if (this.#isClosed) throw closedError("send", undefined);
    let hasRoom = true;
    const bytes = packMessage(message);
    tellMessage("sent", message, bytes.length);
    for (const part of encodeFrames(bytes, this.#maxFrameBytes)) hasRoom = this.#stream.write(part);
    if (!hasRoom) await this.#roomLater();
  }

  /** One for all who wait, who may be many: the other end may never read. */
  #roomLater(): Promise<void> {
    if (this.#room === null) {
      this.#room = Promise.withResolvers();
      this.#stream.once("drain", () => this.#tellOfRoom());
    }
    return this.#room.promise;
  }

  #tellOfRoom(): void {
    this.#room?.resolve();
    this.#room = null;
  }

  onMessage(listener: (message: z.output<Schema>) => void): void {
    this.#listener = listener;
    this.#deliver();
  }

  pause(): void {
    this.#isPaused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#deliver();
    if (!this.#isPaused) this.#stream.resume();
  }

  close(): void {
    this.#close(null);
  }

  #receive(chunk: Buffer): void {
    try {
      this.#decoder.decode(chunk, (bytes) => {
        if (this.#isClosed) return;
        const message = unpackMessage(bytes, this.#schema);
        tellMessage("received", message as Identified, bytes.length);
        if (this.#listener === null || this.#isPaused) this.#waiting.push(message);
        else this.#listener(message);
      });
    } catch (cause) {
      this.#close("what was received is not of the protocol", cause);
    }
  }

  #deliver(): void {
    while (this.#listener !== null && !this.#isPaused && this.#waiting.length > 0) {
      this.#listener(this.#waiting.shift() as z.output<Schema>);
    }
  }

  #close(why: string | null, cause?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    debug.channel?.("closed", { why: why ?? "orderly" });
    this.#stream.destroy();
    this.#tellOfRoom();
    this.#end.resolve(
      why === null ? null : HoldfastError.is(cause) ? cause : closedError(why, cause),
    );
  }
}

function tellMessage(way: "sent" | "received", message: Identified, bytes: number): void {
  const { type, executionId } = message;
  publish(`message.${way}`, () => ({ type, bytes }));
  debug.channel?.(way, { type, executionId, bytes });
}

function closedError(what: string, cause: unknown): HoldfastError {
  return new HoldfastError({
    code: "channel_closed",
    message: `channel: ${what}: it is closed`,
    cause,
  });
}
