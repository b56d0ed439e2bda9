import type { Execution } from "../session/execution.ts";
import type { ExecutionStatus } from "../session/execution-record.ts";
import type { StoreChange } from "./store.ts";
import { type StoredEvent, storedEvent } from "./stored-event.ts";
import type { StoredExecution } from "./stored-execution.ts";

/** The key under which an execution was asked for. */
export type Idempotency = NonNullable<StoredExecution["idempotency"]>;

/** A part of what is to be stored of an execution. */
export interface ExecutionPart {
  readonly changes: readonly StoreChange[];
  /** Output in it. */
  readonly sizeBytes: number;
  /** Whether it was cut short by the bounds. */
  readonly hasMore: boolean;
  /** Whether nothing is left to be stored of an execution that has ended. */
  readonly isLast: boolean;
  /** Call it when the part is stored. */
  readonly stored: () => void;
}

const noBytes = new Uint8Array();

/**
 * An execution and how much of it is stored. What is not is read from the log that the execution keeps anyway, so
 * following costs no memory while it is live.
 */
export class FollowedExecution {
  readonly sessionId: string;
  readonly #idempotency: Idempotency | null;
  #execution: Execution | null;
  /** What is left of one that the store was too slow for. */
  #rest: StoredExecution | null = null;
  #seq = 0;
  #storedStatus: ExecutionStatus | null = null;
  readonly #storedBytes = { stdout: 0, stderr: 0 };

  constructor(execution: Execution, idempotency: Idempotency | null) {
    this.sessionId = execution.record.sessionId;
    this.#execution = execution;
    this.#idempotency = idempotency;
  }

  get hasEnded(): boolean {
    return this.#execution === null || this.#execution.hasEnded;
  }

  /** Memory that is held for the store alone once the session has forgotten the execution. */
  get heldBytes(): number {
    return this.#execution === null
      ? 0
      : this.#execution.stdout.length + this.#execution.stderr.length;
  }

  /** Gives up the output that is not stored: what remains are the record with its counts, and a gap. */
  giveUpOutput(): void {
    if (this.#execution === null) return;
    const whole = this.#facts(this.#execution);
    this.#rest = {
      ...whole,
      record: { ...whole.record, displays: [], result: null, truncated: true },
      lastSeq: this.#execution.lastSeq,
    };
    this.#execution = null;
  }

  /** What comes next, `null` when everything is stored. */
  nextPart(maxBytes: number, maxEvents: number): ExecutionPart | null {
    if (this.#execution === null) return this.#rest === null ? null : this.#lastOf(this.#rest);
    const execution = this.#execution;
    const { status, hasEnded } = execution;
    const kept = execution.keptEvents(this.#seq, { maxBytes, maxEvents });
    if (kept.length === 0 && status === this.#storedStatus) return null;
    const seq = kept.at(-1)?.seq ?? this.#seq;
    const isLast = hasEnded && seq === execution.lastSeq;
    const events = kept.map(storedEvent).filter((event) => event !== null);
    const sizes = sizesOf(events);
    const stored = this.#facts(execution);
    const { sessionId } = this;
    const changes: StoreChange[] = [];
    // The end is told with the last of the events, never before them.
    if (isLast)
      changes.push({ type: "execution", execution: this.#ended(execution, stored, sizes) });
    else if (status !== this.#storedStatus && !hasEnded)
      changes.push({ type: "execution", execution: stored });
    else if (this.#storedStatus === null)
      changes.push({ type: "execution", execution: asRunning(stored) });
    if (events.length > 0)
      changes.push({ type: "events", sessionId, executionId: execution.id, events });
    return {
      changes,
      sizeBytes: sizes.stdout + sizes.stderr,
      hasMore: !isLast && (sizes.stdout + sizes.stderr >= maxBytes || kept.length >= maxEvents),
      isLast,
      stored: () => {
        this.#seq = seq;
        this.#storedStatus = isLast || !hasEnded ? status : (this.#storedStatus ?? "running");
        this.#storedBytes.stdout += sizes.stdout;
        this.#storedBytes.stderr += sizes.stderr;
      },
    };
  }

  #facts(execution: Execution): StoredExecution {
    const { cwd, allowInput } = execution.request;
    return {
      version: 1,
      record: execution.record,
      code: execution.code,
      cwd,
      timeoutMs: execution.timeoutMs,
      allowInput,
      idempotency: this.#idempotency,
      lastSeq: 0,
      stdoutRest: noBytes,
      stderrRest: noBytes,
    };
  }

  #ended(
    execution: Execution,
    stored: StoredExecution,
    sizes: { readonly stdout: number; readonly stderr: number },
  ): StoredExecution {
    return {
      ...stored,
      lastSeq: execution.lastSeq,
      stdoutRest: execution.stdout.subarray(this.#storedBytes.stdout + sizes.stdout),
      stderrRest: execution.stderr.subarray(this.#storedBytes.stderr + sizes.stderr),
    };
  }

  #lastOf(rest: StoredExecution): ExecutionPart {
    const { id: executionId, sessionId } = rest.record;
    const events = [{ seq: rest.lastSeq, type: "completed" as const }];
    return {
      changes: [
        { type: "execution", execution: rest },
        { type: "events", sessionId, executionId, events },
      ],
      sizeBytes: 0,
      hasMore: false,
      isLast: true,
      stored: () => (this.#rest = null),
    };
  }
}

/** One that has ended is still running for the store while some of its events are missing there. */
function asRunning(stored: StoredExecution): StoredExecution {
  return { ...stored, record: { ...stored.record, status: "running", result: null, displays: [] } };
}

function sizesOf(events: readonly StoredEvent[]): { stdout: number; stderr: number } {
  const sizes = { stdout: 0, stderr: 0 };
  for (const event of events)
    if (event.type === "stdout" || event.type === "stderr") sizes[event.type] += event.bytes.length;
  return sizes;
}
