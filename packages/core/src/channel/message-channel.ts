import type { HoldfastError } from "../errors/holdfast-error.ts";

/** A duplex of messages. `Out` is what this side sends, `In` what it receives. */
export interface MessageChannel<Out, In> {
  /**
   * Sends a message. Settles when the transport has room for more: await it to keep memory bounded.
   * Messages arrive in the order of the calls. @throws HoldfastError `channel_closed`
   */
  send(message: Out): Promise<void>;
  /** Receives messages, in order. Set it once; what came before waits for it. */
  onMessage(listener: (message: In) => void): void;
  /** Takes in no more until {@link resume}: the transport fills up and the other side waits. */
  pause(): void;
  resume(): void;
  /** Settles when the channel is closed, with why: `null` for an orderly end. Never rejects. */
  readonly closed: Promise<HoldfastError | null>;
  close(): void;
}
