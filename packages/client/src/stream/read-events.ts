import { EventParser, type ServerSentEvent } from "./event-parser.ts";

/** How a stream is read. */
export interface ReadEventsOptions {
  /** Milliseconds without a byte after which a stream is taken for dead. The time that the reader takes does not count. */
  readonly silenceMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** For the end of a stream to follow its last event, before its connection is closed in place of being used again. */
const endGraceMs = 1_000;

/**
 * The events of an answer, read when they are asked for: a slow reader holds up the server, and nothing piles up here.
 * Leaving the loop closes the connection; at the last event it is left to be used again.
 * @throws Error when it is silent for too long; whatever the platform says of a broken connection; the signal's reason
 */
export async function* readEvents(
  response: Response,
  { silenceMs, signal }: ReadEventsOptions,
): AsyncGenerator<ServerSentEvent, void, void> {
  if (response.body === null) return;
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  const cancel = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
  let isLast = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await readWithin(reader, silenceMs);
      signal?.throwIfAborted();
      if (done) return;
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        isLast = event.type === "completed";
        yield event;
      }
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    if (isLast) void readWithin(reader, endGraceMs).then(cancel, cancel);
    else cancel();
  }
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  ms: number,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  let isSilent = false;
  const timer = setTimeout(() => {
    isSilent = true;
    void reader.cancel().catch(() => {});
  }, ms);
  try {
    const result = await reader.read();
    if (isSilent) throw new Error(`nothing came for ${ms} ms, not even a heartbeat`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}
