import type { Display } from "../protocol/execution-data.ts";
import type { OutputStream } from "../worker/output-pipes.ts";
import type { Heartbeat } from "../worker/heartbeat.ts";
import type { ExecutionEvent, ExecutionHappening } from "./execution-event.ts";
import { KeptBytes } from "./kept-bytes.ts";

/** Bounds of an {@link EventLog}. */
export interface EventLogOptions {
  /** Kept bytes of stdout, and of stderr. What is past it goes to who listens at that time, and is only counted else. */
  readonly maxOutputBytes: number;
  /** Kept events; what is past it is a gap for those who come later. @default 100_000 */
  readonly maxEvents?: number;
  /** How far the slowest reader may be behind, in bytes of output, before `onPressure(true)`. @default 1 MiB */
  readonly highWaterBytes?: number;
  /** Told when the source should stop and when it may go on. */
  readonly onPressure?: (isHigh: boolean) => void;
}

/** An event as it is kept: the bytes of output stand in {@link KeptBytes}, or in the event when they are past the limit. */
type Entry =
  | { readonly seq: number; readonly event: Exclude<ExecutionHappening, { type: OutputStream }> }
  | {
      readonly seq: number;
      readonly stream: OutputStream;
      readonly start: number;
      readonly end: number;
      readonly loose: Buffer | null;
    };

/** How the events of an execution are read. */
export interface ReadOptions {
  /** The seq of the last event that was seen. @default 0 */
  readonly after?: number;
  /** Ends the reading, without an error. */
  readonly signal?: AbortSignal;
  /** Whether `heartbeat` events come in between, as often as the session's `heartbeatIntervalMs` says. @default false */
  readonly heartbeats?: boolean;
}

interface Reader {
  /** The seq of the last event it took. */
  position: number;
  /** Bytes of output that it has not taken yet. */
  behindBytes: number;
  /** The latest that was not taken; `undefined` for one that takes none. */
  heartbeat: Heartbeat | null | undefined;
  wake: (() => void) | null;
}

/**
 * The events of one execution, numbered from 1. Any number of readers follow it, each from where it likes; the first
 * bytes of each stream are kept for good, what is past the limit lives as long as a present reader needs it.
 */
export class EventLog {
  readonly stdout: KeptBytes;
  readonly stderr: KeptBytes;
  readonly #options: Required<EventLogOptions>;
  /** Kept for good, by seq, with holes where something was not kept. */
  readonly #kept: Entry[] = [];
  /** From the first event that was not kept on: all of them, as far back as the slowest reader is. */
  #recent: Entry[] = [];
  readonly #readers = new Set<Reader>();
  #lastSeq = 0;
  #displayBytes = 0;
  #keptDisplays: Display[] = [];
  #isEnded = false;
  #isHigh = false;

  constructor(options: EventLogOptions) {
    this.#options = {
      maxEvents: 100_000,
      highWaterBytes: 1 << 20,
      onPressure: () => {},
      ...options,
    };
    this.stdout = new KeptBytes(options.maxOutputBytes);
    this.stderr = new KeptBytes(options.maxOutputBytes);
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The displays that are kept. */
  get displays(): readonly Display[] {
    return this.#keptDisplays;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Adds an event; `completed` is the last, what comes after it is dropped. */
  append(event: ExecutionHappening): void {
    if (this.#isEnded) return;
    if (event.type === "stdout" || event.type === "stderr")
      this.#appendOutput(event.type, event.bytes);
    else
      this.#add(
        { seq: ++this.#lastSeq, event },
        event.type !== "display" || this.#keepsDisplay(event),
      );
    if (event.type === "completed") this.#isEnded = true;
    for (const reader of this.#readers) reader.wake?.();
    if (this.#readers.size > 0) this.#measure();
  }

  /** A sign of life, for the readers that asked for such; it is not kept. */
  beat(heartbeat: Heartbeat): void {
    if (this.#isEnded) return;
    for (const reader of this.#readers) {
      if (reader.heartbeat === undefined) continue;
      reader.heartbeat = heartbeat;
      reader.wake?.();
    }
  }

  /**
   * The events after `after`, then those to come, until `completed`. What was not kept shows as `gap`. One consumer;
   * leaving the loop ends it, and so does `signal`, without an error.
   */
  async *read({ after = 0, signal, heartbeats = false }: ReadOptions = {}): AsyncGenerator<
    ExecutionEvent,
    void,
    void
  > {
    const reader: Reader = {
      position: Math.max(0, after),
      behindBytes: 0,
      heartbeat: heartbeats ? null : undefined,
      wake: null,
    };
    reader.behindBytes = this.#bytesAfter(reader.position);
    // It may have been given an event that nobody takes: nobody is behind any more from now on.
    const abort = () => {
      this.#readers.delete(reader);
      this.#measure();
      reader.wake?.();
    };
    signal?.addEventListener("abort", abort);
    if (!signal?.aborted) this.#readers.add(reader);
    try {
      while (!signal?.aborted) {
        const event = this.#next(reader);
        if (event !== null) {
          yield event;
          if (event.type === "completed") return;
        } else if (this.#isEnded) {
          return; // asked for what is after the end
        } else if (reader.heartbeat) {
          const { heartbeat } = reader;
          reader.heartbeat = null;
          yield { seq: reader.position, type: "heartbeat", ...heartbeat };
        } else {
          const woken = Promise.withResolvers<void>();
          reader.wake = woken.resolve;
          await woken.promise;
          reader.wake = null;
        }
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#readers.delete(reader);
      this.#measure();
    }
  }

  /**
   * What is kept of the events after `after`, from memory and at once, without a reader: for those who store them.
   * Events that were not kept are left out. It stops behind the event with which the output passes `maxBytes`.
   */
  kept(
    after: number,
    { maxBytes, maxEvents }: { readonly maxBytes: number; readonly maxEvents: number },
  ): readonly ExecutionEvent[] {
    const events: ExecutionEvent[] = [];
    let size = 0;
    for (let i = this.#keptIndex(after + 1); i < this.#kept.length; i++) {
      if (size >= maxBytes || events.length >= maxEvents) break;
      const entry = this.#kept[i] as Entry;
      events.push(this.#eventOf(entry));
      if (!("event" in entry)) size += entry.end - entry.start;
    }
    return events;
  }

  #appendOutput(stream: OutputStream, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const kept = this[stream];
    const start = kept.length;
    const count = kept.append(bytes);
    const seq = ++this.#lastSeq;
    for (const reader of this.#readers) reader.behindBytes += bytes.length;
    if (count === bytes.length) {
      this.#add({ seq, stream, start, end: start + count, loose: null }, true);
    } else if (this.#readers.size > 0) {
      this.#add({ seq, stream, start: 0, end: bytes.length, loose: Buffer.from(bytes) }, false);
    } else {
      this.#recent = []; // a hole: what is before it is only what was kept
    }
  }

  /** Displays share one limit, the same as a stream's. */
  #keepsDisplay({ mime, displayId, update }: Display): boolean {
    const display = { mime, displayId, update };
    let size = 256;
    for (const data of Object.values(display.mime)) {
      size += typeof data === "string" || data instanceof Uint8Array ? data.length : 1024;
    }
    if (this.#displayBytes + size > this.#options.maxOutputBytes) return false;
    this.#displayBytes += size;
    this.#keptDisplays.push(display);
    return true;
  }

  #add(entry: Entry, canKeep: boolean): void {
    const isKept = canKeep && ("event" in entry || this.#kept.length < this.#options.maxEvents);
    if (isKept) this.#kept.push(entry);
    const isRecent = this.#recent.length > 0 || !isKept;
    if (isRecent && this.#readers.size > 0) this.#recent.push(entry);
    else if (isRecent) this.#recent = [];
  }

  #next(reader: Reader): ExecutionEvent | null {
    const wanted = reader.position + 1;
    if (wanted > this.#lastSeq) return null;
    const entry = this.#find(wanted);
    if (entry === null) return this.#gap(reader, this.#lastSeq);
    if (entry.seq > wanted) return this.#gap(reader, entry.seq - 1);
    reader.position = entry.seq;
    const event = this.#eventOf(entry);
    if ("event" in entry) return event;
    reader.behindBytes -= entry.end - entry.start;
    this.#measure();
    return event;
  }

  #eventOf(entry: Entry): ExecutionEvent {
    if ("event" in entry) return { seq: entry.seq, ...entry.event };
    const bytes = entry.loose ?? this[entry.stream].view(entry.start, entry.end);
    return { seq: entry.seq, type: entry.stream, bytes };
  }

  #gap(reader: Reader, toSeq: number): ExecutionEvent {
    const fromSeq = reader.position + 1;
    reader.position = toSeq;
    reader.behindBytes = this.#bytesAfter(toSeq);
    return { seq: toSeq, type: "gap", fromSeq, toSeq };
  }

  /** The first entry at or after `seq` that is still there. */
  #find(seq: number): Entry | null {
    const first = this.#recent[0];
    if (first !== undefined && seq >= first.seq) return this.#recent[seq - first.seq] ?? null;
    const kept = this.#kept[this.#keptIndex(seq)] ?? null;
    return first !== undefined && (kept === null || first.seq < kept.seq) ? first : kept;
  }

  /** Where the first kept entry at or after `seq` stands. */
  #keptIndex(seq: number): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle] as Entry).seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #bytesAfter(seq: number): number {
    let sum = 0;
    for (const list of [this.#kept, this.#recent]) {
      for (let i = list.length - 1; i >= 0; i--) {
        const entry = list[i] as Entry;
        if (entry.seq <= seq) break;
        if (!("event" in entry) && (entry.loose !== null) === (list === this.#recent))
          sum += entry.end - entry.start;
      }
    }
    return sum;
  }

  /** Forgets what every reader has taken, and tells the source when the pressure changes. */
  #measure(): void {
    let slowest = this.#lastSeq;
    let behind = 0;
    for (const reader of this.#readers) {
      slowest = Math.min(slowest, reader.position);
      behind = Math.max(behind, reader.behindBytes);
    }
    const first = this.#recent[0];
    // In batches, since each splice moves what is left.
    if (first !== undefined && slowest - first.seq >= Math.max(64, this.#recent.length / 2)) {
      this.#recent.splice(0, slowest - first.seq);
    }
    const { highWaterBytes, onPressure } = this.#options;
    const isHigh = behind > (this.#isHigh ? highWaterBytes / 2 : highWaterBytes);
    if (isHigh === this.#isHigh) return;
    this.#isHigh = isHigh;
    onPressure(isHigh);
  }
}
