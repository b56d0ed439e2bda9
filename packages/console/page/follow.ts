import { ApiError, type EventView, call } from "./api.ts";
import { EventParser } from "./sse.ts";

const eventStream = "text/event-stream";
const mostRetries = 30;
const longestWaitMs = 3_000;

/** What is followed: code that is to be run, or an execution that is there. */
export type Followed =
  | { readonly session: string; readonly request: object }
  | { readonly session: string; readonly executionId: string };

/** Runs code, or finds an execution, and follows its events to the end, over broken connections too: each comes once. */
export async function* follow(what: Followed): AsyncGenerator<EventView, void, void> {
  const base = `/v1/sessions/${what.session}/executions`;
  let executionId = "executionId" in what ? what.executionId : null;
  let seq = 0;
  let isOver = false;
  for (let retries = 0; retries < mostRetries; retries++) {
    try {
      const response: Response =
        executionId === null && "request" in what
          ? await call(base, { method: "POST", body: what.request, accept: eventStream })
          : await call(`${base}/${executionId}/events?after=${seq}`, { accept: eventStream });
      executionId = response.headers.get("x-execution-id") ?? executionId;
      for await (const event of eventsOf(response)) {
        seq = event.seq;
        retries = 0;
        isOver = event.type === "completed";
        yield event;
      }
      // Read to its end, so that the connection can be used again.
      if (isOver) return;
    } catch (error) {
      if (isOver) return;
      // Code that may have been accepted must not be sent twice.
      if (executionId === null || error instanceof ApiError) throw error;
    }
    await new Promise((done) => setTimeout(done, Math.min(longestWaitMs, 100 * 2 ** retries)));
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
