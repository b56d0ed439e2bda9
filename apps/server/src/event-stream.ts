import type { ExecutionEvent, ExecutionHandle } from "@holdfast/core";
import type { OpenStreams } from "./open-streams.ts";
import { type OutputEncoding, eventView } from "./views.ts";

/** How an execution's events are streamed. */
export interface EventStreamOptions {
  /** The seq behind which to begin. */
  readonly after: number;
  readonly encoding: OutputEncoding;
  /** A quiet stream says that it lives so often, in milliseconds. */
  readonly heartbeatMs: number;
  /** Whether the worker's own signs of life come too. */
  readonly heartbeats: boolean;
  /** A client that takes nothing for so long, in milliseconds, is left; it can come back by seq. */
  readonly stallMs: number;
  /** Closes the connection to such a client. */
  readonly drop: () => void;
  /** Counts it while it is read. */
  readonly streams: OpenStreams;
  /** Called once when the stream is over; `isCut` when the client went away before the end. */
  readonly onClose?: (isCut: boolean) => void;
}

const encoder = new TextEncoder();

// Small events are joined into one write up to here, since each write costs a system call and a chunk header.
const batchLength = 128 * 1024;

/**
 * The events of an execution as server-sent events: what was, what comes, and then the end. One chunk is made when one
 * is asked for, so a slow client slows the code down and nothing piles up here.
 */
export function eventStream(execution: ExecutionHandle, options: EventStreamOptions): Response {
  return new Response(
    new ReadableStream(new EventSource(execution, options), { highWaterMark: 0 }),
    {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
        "x-execution-id": execution.id,
      },
    },
  );
}

class EventSource {
  readonly #execution: ExecutionHandle;
  readonly #options: EventStreamOptions;
  readonly #leaving = new AbortController();
  /** Opened with the first pull: a reader that nobody reads would stop the code. */
  #events: AsyncGenerator<ExecutionEvent, void, void> | null = null;
  #next: Promise<IteratorResult<ExecutionEvent, void>> | null = null;
  #seq: number;
  #stall: NodeJS.Timeout | null = null;
  #leave: (() => void) | null = null;
  #isClosed = false;

  constructor(execution: ExecutionHandle, options: EventStreamOptions) {
    this.#execution = execution;
    this.#options = options;
    this.#seq = options.after;
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    if (this.#stall !== null) clearTimeout(this.#stall);
    this.#leave ??= this.#options.streams.enter();
    this.#events ??= this.#execution.events({
      after: this.#options.after,
      signal: this.#leaving.signal,
      heartbeats: this.#options.heartbeats,
    });
    this.#next ??= this.#events.next();
    const first = await settledWithin(this.#next, this.#options.heartbeatMs);
    if (this.#isClosed) return;
    const text = first === null ? this.#heartbeat() : await this.#batch(first, this.#events);
    if (text !== "") controller.enqueue(encoder.encode(text));
    if (this.#next === null) {
      this.#close(false);
      controller.close();
      return;
    }
    this.#stall = setTimeout(() => {
      this.cancel();
      this.#options.drop();
    }, this.#options.stallMs);
  }

  cancel(): void {
    // The signal ends a reader that waits, the return one that was given an event.
    this.#leaving.abort();
    void this.#events?.return();
    this.#close(true);
  }

  /** The events that are there by now, as text; `#next` is `null` behind the last. */
  async #batch(
    first: IteratorResult<ExecutionEvent, void>,
    events: AsyncGenerator<ExecutionEvent, void, void>,
  ): Promise<string> {
    let text = "";
    for (let result: typeof first | null = first; result !== null;) {
      if (result.done) {
        this.#next = null;
        break;
      }
      this.#seq = result.value.seq;
      text += this.#eventText(result.value);
      this.#next = events.next();
      result = text.length < batchLength ? await settledNow(this.#next) : null;
    }
    return text;
  }

  #eventText(event: ExecutionEvent): string {
    const id = event.type === "heartbeat" ? "" : `id: ${event.seq}\n`;
    return `${id}event: ${event.type}\ndata: ${JSON.stringify(eventView(event, this.#options.encoding))}\n\n`;
  }

  /** Without an id, so that a client which comes back does so behind what it has. */
  #heartbeat(): string {
    return `event: heartbeat\ndata: ${JSON.stringify({ seq: this.#seq, type: "heartbeat" })}\n\n`;
  }

  #close(isCut: boolean): void {
    if (this.#stall !== null) clearTimeout(this.#stall);
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#leave?.();
    this.#options.onClose?.(isCut);
  }
}

async function settledWithin<T>(promise: Promise<T>, timeoutMs: number): Promise<T | null> {
  const now = await settledNow(promise);
  if (now !== null) return now;
  const timeout = Promise.withResolvers<null>();
  const timer = setTimeout(() => timeout.resolve(null), timeoutMs);
  const result = await Promise.race([promise, timeout.promise]);
  clearTimeout(timer);
  return result;
}

/** What a promise has settled with by now, after the microtasks that are due; `null` if it has not. */
async function settledNow<T>(promise: Promise<T>): Promise<T | null> {
  let settled: T | null = null;
  void promise.then((value) => (settled = value));
  for (let turn = 0; turn < 8 && settled === null; turn++) await Promise.resolve();
  return settled;
}
