import type { Execution } from "@holdfast/core";
import { type OutputEncoding, eventView } from "./views.ts";

/** How an execution's events are streamed. */
export interface EventStreamOptions {
  /** The seq behind which to begin. */
  readonly after: number;
  readonly encoding: OutputEncoding;
  /** A quiet stream says that it lives so often, in milliseconds. */
  readonly heartbeatMs: number;
  /** The client went away before the end. */
  readonly onAbort?: () => void;
}

const encoder = new TextEncoder();

// Small events are joined into one write up to here, since each write costs a system call and a chunk header.
const batchBytes = 128 * 1024;

/**
 * The events of an execution as server-sent events: what was, what comes, and then the end. One chunk is made when one
 * is asked for, so a slow client slows the code down and nothing piles up here.
 */
export function eventStream(execution: Execution, options: EventStreamOptions): Response {
  const { after, encoding, heartbeatMs, onAbort } = options;
  const leaving = new AbortController();
  const events = execution.events({ after, signal: leaving.signal });
  let next = events.next();
  let isOver = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const first = await settledWithin(next, heartbeatMs);
        if (first === null) {
          controller.enqueue(encoder.encode('event: heartbeat\ndata: {"type":"heartbeat"}\n\n'));
          return;
        }
        let text = "";
        for (let result: typeof first | null = first; result !== null;) {
          if (result.done) {
            isOver = true;
            break;
          }
          text += frame(result.value);
          next = events.next();
          result = text.length < batchBytes ? await settledNow(next) : null;
        }
        if (text !== "") controller.enqueue(encoder.encode(text));
        if (isOver) controller.close();
      },
      cancel() {
        leaving.abort();
        if (!isOver) onAbort?.();
      },
    },
    { highWaterMark: 0 },
  );
  const frame = (event: Awaited<ReturnType<typeof events.next>>["value"] & object) =>
    `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event, encoding))}\n\n`;
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "x-execution-id": execution.id,
    },
  });
}

async function settledWithin<T>(promise: Promise<T>, timeoutMs: number): Promise<T | null> {
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
