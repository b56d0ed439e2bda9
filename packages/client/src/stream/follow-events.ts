import type { RetryOptions } from "../client-options.ts";
import { isApiError } from "../errors/api-error.ts";
import { ConnectionError } from "../errors/connection-error.ts";
import type { WireEvent } from "../execution/execution-event.ts";
import { backOff } from "../http/back-off.ts";
import { delay } from "../http/delay.ts";
import { isPassing, retryAfterMs } from "../http/http-client.ts";
import { type ReadEventsOptions, readEvents } from "./read-events.ts";

/** Where the events of an execution come from. */
export interface EventSource {
  /** Opens the stream of what comes behind `after`. */
  readonly open: (after: number) => Promise<Response>;
  /** Whether it can be opened again when it breaks. */
  readonly canResume: boolean;
  /** For the error when it cannot. */
  readonly url: string;
}

/** How an execution is followed. */
export interface FollowOptions extends ReadEventsOptions {
  readonly retry: RetryOptions;
  /** The seq behind which to begin. */
  readonly after: number;
}

/**
 * The events of an execution to its end, over connections that break: each once, in order.
 * @throws HoldfastApiError when the server refuses; ConnectionError when it cannot be had again; the signal's reason
 */
export async function* followEvents(
  source: EventSource,
  options: FollowOptions,
): AsyncGenerator<WireEvent, void, void> {
  const { retry, signal } = options;
  let seq = options.after;
  let isEmpty = false;
  for (let attempt = 0; ; attempt++) {
    let cause: unknown = new Error("the stream ended before the execution did");
    try {
      // Behind `completed` nothing comes: whether it was that is seen from one event before.
      const response = await source.open(isEmpty ? Math.max(0, seq - 1) : seq);
      isEmpty = true;
      for await (const { data } of readEvents(response, options)) {
        attempt = 0;
        isEmpty = false;
        const event = JSON.parse(data) as WireEvent;
        // The stream's own says no more than that the connection lives.
        if (event.type === "heartbeat" && event.cpuMs !== undefined) yield event;
        else if (event.seq > seq) {
          seq = event.seq;
          yield event;
        }
        if (event.type === "completed") return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isPassing(error)) throw error;
      cause = error;
    }
    if (!source.canResume || attempt >= retry.reconnects) {
      if (isApiError(cause)) throw cause;
      throw new ConnectionError(source.url, "the events of an execution broke off", cause);
    }
    await delay(retryAfterMs(cause) ?? backOff(attempt, retry), signal);
  }
}
