import type { FrameDecoderOptions } from "../framing/frame-decoder.ts";
import { type HostMessage, hostMessageSchema } from "../protocol/host-message.ts";
import { type WorkerMessage, workerMessageSchema } from "../protocol/worker-message.ts";
import { duplexPair } from "./duplex-pair.ts";
import { StreamChannel } from "./stream-channel.ts";

/** Both ends of a channel within one process. */
export interface MemoryChannelPair {
  readonly host: StreamChannel<HostMessage, typeof workerMessageSchema>;
  readonly worker: StreamChannel<WorkerMessage, typeof hostMessageSchema>;
}

/**
 * A channel without a socket, for tests and for workers in our own process. The bytes are those of any other channel, so
 * are its limits, its order and its back-pressure.
 */
export function memoryChannelPair(limits: FrameDecoderOptions = {}): MemoryChannelPair {
  const [one, other] = duplexPair();
  return {
    host: new StreamChannel({ stream: one, schema: workerMessageSchema, ...limits }),
    worker: new StreamChannel({ stream: other, schema: hostMessageSchema, ...limits }),
  };
}
