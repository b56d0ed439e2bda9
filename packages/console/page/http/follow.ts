import { ApiError, call, sessionPath } from "./api.ts";
import { EventParser } from "./sse.ts";
import type { EventView } from "./views.ts";

const eventStream = "text/event-stream";
const mostRetries = 30;
const longestWaitMs = 3_000;

/** What is followed: code that is to be run, or an execution that is there. */
export type Followed =
  | { readonly session: string; readonly request: object }
  | { readonly session: string; readonly executionId: string };

/** How it is followed. */
export interface FollowOptions {
  /** Ends the following, never what is followed. */
  readonly signal: AbortSignal;
  /** Told as soon as the server has taken the code. */
  readonly onAccepted?: (executionId: string) => void;
}

/**
 * Runs code, or finds an execution, and follows its events to the end, over broken connections too: the code runs once,
 * each event comes once.
 */
export async function* follow(
  what: Followed,
  { signal, onAccepted }: FollowOptions,
): AsyncGenerator<EventView, void, void> {
  const base = sessionPath(what.session, "/executions");
  // A repeat with the same key is answered with the execution that the first request has started.
  const headers = { "idempotency-key": crypto.randomUUID() };
  let executionId = "executionId" in what ? what.executionId : null;
  let seq = 0;
  let isOver = false;
  for (let retries = 0; retries < mostRetries; retries++) {
    try {
      const response: Response =
        executionId === null && "request" in what
          ? await call(base, {
              method: "POST",
              body: what.request,
              accept: eventStream,
              headers,
              signal,
            })
          : await call(`${base}/${executionId}/events?after=${seq}`, {
              accept: eventStream,
              signal,
            });
      if (executionId === null) {
        executionId = response.headers.get("x-execution-id");
        if (executionId !== null) onAccepted?.(executionId);
      }
      for await (const event of eventsOf(response)) {
        // A repeated POST is answered from the first event on.
        if (event.seq <= seq) continue;
        seq = event.seq;
        retries = 0;
        isOver = event.type === "completed";
        yield event;
      }
      // Read to its end, so that the connection can be used again.
      if (isOver) return;
    } catch (error) {
      if (isOver || signal.aborted) return;
      if (error instanceof ApiError) throw error;
    }
    await new Promise((done) => setTimeout(done, Math.min(longestWaitMs, 100 * 2 ** retries)));
    if (signal.aborted) return;
  }
  throw new Error("the connection to the server is lost");
}

async function* eventsOf(response: Response): AsyncGenerator<EventView, void, void> {
  if (response.body === null) return;
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      for (const { type, data } of parser.push(decoder.decode(read.value, { stream: true })))
        if (type !== "heartbeat") yield JSON.parse(data) as EventView;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}
