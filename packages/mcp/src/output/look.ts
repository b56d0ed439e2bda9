import type { ExecutionEnd, ExecutionEvent, InputRequest, Session } from "@holdfast/client";
import { eventsUntil } from "@holdfast/client/tool-parts";
import type { ImageContent } from "@modelcontextprotocol/server";
import type { Cursor } from "./cursor.ts";
import { eventText } from "./event-text.ts";
import { longestYieldMs } from "../mcp-options.ts";
import { Images } from "./images.ts";
import type { Omitted, OutputWindow } from "./output-window.ts";
import { Patience } from "./patience.ts";

/** What an execution has shown since a place in its output, and how it stands. */
export interface Look {
  readonly session: Session;
  readonly id: string;
  readonly text: string;
  readonly cursor: Cursor;
  readonly omitted: Omitted | null;
  readonly images: readonly ImageContent[];
  /** Images that were too large. */
  readonly imagesLeftOut: number;
  /** `null` while it runs, and when the window was full before its end. */
  readonly end: ExecutionEnd | null;
  /** Whether the window was full. */
  readonly isFull: boolean;
  readonly hasStarted: boolean;
  /** What it waits for. */
  readonly asks: InputRequest | null;
}

/** How to look. */
export interface LookOptions {
  readonly session: Session;
  readonly id: string;
  readonly from: Cursor;
  readonly window: OutputWindow;
  readonly maxImageLength: number;
  /** How long to wait for the end. */
  readonly yieldTimeMs: number;
  readonly signal: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

/** Follows an execution until it ends, asks for input, or fills the window, or the time is over. @throws the signal's reason */
export async function look(options: LookOptions): Promise<Look> {
  const { session, id, from, window } = options;
  const images = new Images(options.maxImageLength);
  let end: ExecutionEnd | null = null;
  let asks: InputRequest | null = null;
  let hasStarted = from.seq > 0;
  let isFull = false;
  for await (const event of eventsInTime(options)) {
    if (event.type === "completed") end = event;
    if (event.seq <= from.seq) continue;
    hasStarted = true;
    asks = event.type === "input_request" ? event : null;
    const skipped = event.seq === from.seq + 1 ? from.skip : 0;
    const text = eventText(event).slice(skipped);
    if (skipped === 0) images.add(event);
    isFull = !window.add(event.seq, text, skipped);
    if (text !== "") options.onOutput?.(text);
    if (isFull) break;
  }
  return {
    session,
    id,
    text: window.text,
    cursor: window.cursor,
    omitted: window.omitted,
    images: images.list,
    imagesLeftOut: images.leftOut,
    end,
    isFull,
    hasStarted,
    asks: asks && { prompt: asks.prompt, password: asks.password },
  };
}

async function* eventsInTime(options: LookOptions): AsyncGenerator<ExecutionEvent, void, void> {
  const { session, id, from, signal } = options;
  using patience = new Patience(options.yieldTimeMs);
  const wanted = {
    executionId: id,
    // From one event before, so that an end that was seen already is seen again.
    after: Math.max(0, from.seq - 1),
    yieldTimeMs: longestYieldMs,
    signal: AbortSignal.any([signal, patience.signal]),
  };
  try {
    for await (const event of eventsUntil(session, wanted)) {
      patience.saw(event);
      yield event;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!patience.signal.aborted) throw error;
  }
}
