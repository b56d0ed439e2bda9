import { HoldfastError } from "../errors/holdfast-error.ts";
import type { ExecutionEvent } from "../session/execution-event.ts";
import type { ExecutionHandle } from "../session/execution-handle.ts";
import type { ExecutionRecord } from "../session/execution-record.ts";
import type { Store } from "./store.ts";
import type { StoredEvent } from "./stored-event.ts";
import type { StoredExecution } from "./stored-execution.ts";

const pageEvents = 1_000;

/** An execution that has ended and was read back from a store: its record, its output, and its events by number. */
export class PastExecution implements ExecutionHandle {
  readonly id: string;
  readonly code: string;
  readonly record: ExecutionRecord;
  readonly hasEnded = true;
  readonly ended: Promise<ExecutionRecord>;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly #store: Store;

  private constructor(
    store: Store,
    { record, code }: StoredExecution,
    output: { readonly stdout: Buffer; readonly stderr: Buffer },
  ) {
    this.id = record.id;
    this.code = code;
    this.record = record;
    this.ended = Promise.resolve(record);
    this.stdout = output.stdout;
    this.stderr = output.stderr;
    this.#store = store;
  }

  /** Reads the output too. @throws HoldfastError `store_unavailable` */
  static async read(store: Store, stored: StoredExecution): Promise<PastExecution> {
    const chunks: Record<"stdout" | "stderr", Uint8Array[]> = { stdout: [], stderr: [] };
    for await (const event of storedEvents(store, stored.record, 0))
      if (event.type === "stdout" || event.type === "stderr") chunks[event.type].push(event.bytes);
    return new PastExecution(store, stored, {
      stdout: Buffer.concat([...chunks.stdout, stored.stdoutRest]),
      stderr: Buffer.concat([...chunks.stderr, stored.stderrRest]),
    });
  }

  /** The events after `after`, up to `completed`; what was not stored shows as `gap`. */
  async *events({
    after = 0,
    signal,
  }: { after?: number; signal?: AbortSignal } = {}): AsyncGenerator<ExecutionEvent, void, void> {
    let position = after;
    for await (const event of storedEvents(this.#store, this.record, after)) {
      if (signal?.aborted) return;
      if (event.seq > position + 1) {
        const toSeq = event.seq - 1;
        yield { seq: toSeq, type: "gap", fromSeq: position + 1, toSeq };
      }
      position = event.seq;
      yield event.type === "completed"
        ? { seq: event.seq, type: "completed", execution: this.record }
        : event;
    }
  }

  interrupt(): void {}

  async kill(): Promise<void> {}

  async write(): Promise<void> {
    throw new HoldfastError({
      code: "input_not_expected",
      message: `input to execution ${this.id}: it is ${this.record.status}`,
      details: { executionId: this.id, status: this.record.status },
    });
  }
}

async function* storedEvents(
  store: Store,
  { sessionId, id }: ExecutionRecord,
  after: number,
): AsyncGenerator<StoredEvent, void, void> {
  for (let position = after; ;) {
    const page = await store.events(sessionId, id, { after: position, limit: pageEvents });
    const last = page.at(-1);
    if (last === undefined) return;
    yield* page;
    position = last.seq;
  }
}
