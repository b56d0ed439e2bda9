import { HoldfastError } from "../errors/holdfast-error.ts";
import { debug } from "../telemetry/debug-log.ts";
import type { Heartbeat } from "../worker/heartbeat.ts";
import type { OutputStream } from "../worker/output-pipes.ts";
import { describeExit } from "../worker/process-exit.ts";
import type {
  WorkerEvent,
  WorkerExecution,
  WorkerOutcome,
  WorkerRequest,
} from "../worker/worker.ts";
import { EventLog, type EventLogOptions, type ReadOptions } from "./event-log.ts";
import type { ExecutionEvent } from "./execution-event.ts";
import type { ExecutionHandle } from "./execution-handle.ts";
import { type ExecutionRecord, type ExecutionStatus, hasEnded } from "./execution-record.ts";
import { tellEnded, tellStarted } from "./session-telemetry.ts";
import { WholeCharacters } from "./whole-characters.ts";

// The rest of a character that was cut by a pipe's end comes with the next read. What comes later than this was not text.
const characterWaitMs = 10;

/** How an execution is reached from outside; the session gives it. */
export interface ExecutionControl {
  interrupt(executionId: string): void;
  kill(executionId: string, signal: NodeJS.Signals): Promise<void>;
  /** Told when every request for input has its answer. */
  inputGiven(executionId: string): void;
}

/** What an {@link Execution} is made of. */
export interface ExecutionOptions {
  readonly sessionId: string;
  /** Name of the session's runtime. */
  readonly runtime: string;
  readonly request: WorkerRequest;
  readonly isBackground: boolean;
  /** Whether the state goes back when it fails. */
  readonly isTransaction: boolean;
  readonly timeoutMs: number | null;
  readonly timeoutFrom: "start" | "heartbeat";
  readonly inputSendTimeoutMs: number;
  readonly log: EventLogOptions;
  readonly control: ExecutionControl;
}

/**
 * One piece of code that runs, ran or waits in a session. Its output is followed with {@link events}, its end awaited
 * with {@link ended}; both may be used any number of times, also after the end.
 */
export class Execution implements ExecutionHandle {
  readonly id: string;
  readonly timeoutMs: number | null;
  /** Settles with the record at the end of the execution. Never rejects. */
  readonly ended: Promise<ExecutionRecord>;
  readonly #options: ExecutionOptions;
  readonly #log: EventLog;
  readonly #end = Promise.withResolvers<ExecutionRecord>();
  #record: Omit<
    ExecutionRecord,
    "stdoutBytes" | "stderrBytes" | "truncated" | "displays" | "durationMs"
  >;
  #endedAt: number | null = null;
  #worker: WorkerExecution | null = null;
  #isPaused = false;
  /** Input that was asked for, and what was given; the end of it answers all that is asked from then on. */
  #inputsAsked = 0;
  #inputsGiven = 0;
  readonly #characters = { stdout: new WholeCharacters(), stderr: new WholeCharacters() };
  #characterWait: NodeJS.Timeout | null = null;

  constructor(options: ExecutionOptions) {
    const { request, sessionId, isBackground, timeoutMs, log } = options;
    this.id = request.executionId;
    this.timeoutMs = timeoutMs;
    this.ended = this.#end.promise;
    this.#options = options;
    this.#log = new EventLog({ ...log, onPressure: (isHigh) => this.#press(isHigh) });
    this.#record = {
      id: this.id,
      sessionId,
      status: "queued",
      isBackground,
      pid: null,
      exitCode: null,
      signal: null,
      result: null,
      error: null,
      changes: null,
      queuedAt: Date.now(),
      startedAt: null,
      sessionState: "kept",
    };
  }

  /** What {@link timeoutMs} counts from. */
  get timeoutFrom(): "start" | "heartbeat" {
    return this.#options.timeoutFrom;
  }

  get isTransaction(): boolean {
    return this.#options.isTransaction;
  }

  get request(): WorkerRequest {
    return this.#options.request;
  }

  get code(): string {
    return this.request.code;
  }

  get isBackground(): boolean {
    return this.#record.isBackground;
  }

  get status(): ExecutionStatus {
    return this.#record.status;
  }

  get hasEnded(): boolean {
    return hasEnded(this.#record.status);
  }

  /** Whether it has asked for input that has not been given. What is given early counts. */
  get isWaitingForInput(): boolean {
    return !this.hasEnded && this.#inputsAsked > this.#inputsGiven;
  }

  /** How it stands now. */
  get record(): ExecutionRecord {
    const { startedAt } = this.#record;
    return {
      ...this.#record,
      stdoutBytes: this.#log.stdout.total,
      stderrBytes: this.#log.stderr.total,
      truncated: this.#log.stdout.isTruncated || this.#log.stderr.isTruncated,
      displays: [...this.#log.displays],
      durationMs: startedAt === null ? 0 : Math.max(0, (this.#endedAt ?? Date.now()) - startedAt),
    };
  }

  /** What is kept of stdout: the first bytes up to the limit, exact. A view. */
  get stdout(): Buffer {
    return this.#log.stdout.view();
  }

  /** What is kept of stderr, likewise. */
  get stderr(): Buffer {
    return this.#log.stderr.view();
  }

  /**
   * The events after `after` (default 0: all), then those to come, until `completed`. A reader that stays more than
   * 1 MiB of output behind makes the code wait, so do not open one and leave it; leaving the loop closes it.
   */
  events(options: ReadOptions = {}): AsyncGenerator<ExecutionEvent, void, void> {
    return this.#log.read(options);
  }

  /** For those who store them: see {@link EventLog.kept}. */
  keptEvents(after: number, bounds: Parameters<EventLog["kept"]>[1]): readonly ExecutionEvent[] {
    return this.#log.kept(after, bounds);
  }

  /** Asks the code to stop; it ends as `interrupted`. Nothing happens when it has ended. */
  interrupt(): void {
    this.#options.control.interrupt(this.id);
  }

  /**
   * Ends it by force, past every queue. The worker of a foreground execution goes with it, and so does the session's
   * state; a background execution is a process tree of its own.
   */
  kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    return this.#options.control.kill(this.id, signal);
  }

  /**
   * Answers an input request, or feeds standard input; `close` ends it.
   * @throws HoldfastError `input_not_expected` when it has ended or takes no input, `deadline_exceeded` when the code
   *   does not take it within the session's `inputSendTimeoutMs`
   */
  async write(data: Uint8Array | string, options: { close?: boolean } = {}): Promise<void> {
    if (this.#worker === null || this.hasEnded) {
      throw new HoldfastError({
        code: "input_not_expected",
        message: `input to execution ${this.id}: it is ${this.#record.status}`,
        details: { executionId: this.id, status: this.#record.status },
      });
    }
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    const { inputSendTimeoutMs, control } = this.#options;
    const bound = Promise.withResolvers<never>();
    const timer = setTimeout(() => bound.reject(this.#notTaken()), inputSendTimeoutMs);
    try {
      await Promise.race([this.#worker.write(bytes, options), bound.promise]);
    } finally {
      clearTimeout(timer);
    }
    debug.execution?.("input taken", { executionId: this.id, bytes: bytes.length });
    this.#inputsGiven += options.close === true ? Infinity : 1;
    if (!this.isWaitingForInput) control.inputGiven(this.id);
  }

  /** Events by number and bytes: for those who persist or forward them. */
  get lastSeq(): number {
    return this.#log.lastSeq;
  }

  /** For the session: it runs now, on a worker. */
  attach(worker: WorkerExecution): void {
    this.#worker = worker;
    if (this.#isPaused) worker.pause();
  }

  /** For the session: it has left the queue. */
  start(): void {
    this.#record = { ...this.#record, status: "running", startedAt: Date.now() };
    tellStarted(this.#options.runtime, this.#record);
  }

  /** For the session: what the worker tells. */
  happen(event: WorkerEvent): void {
    if (this.hasEnded) return; // too late, whatever it is
    if (event.type === "input_request") this.#inputsAsked++;
    this.#logEvent(event);
    if (!("bytes" in event)) this.#flushCharacters();
    switch (event.type) {
      case "stdout":
      case "stderr":
        return this.#output(event.type, event.bytes);
      case "started":
        this.#record = { ...this.#record, pid: event.pid };
        return this.#log.append({ type: "started", executionId: this.id, pid: event.pid });
      case "input_request":
      case "display":
        return this.#log.append(event);
      case "changes":
        this.#record = { ...this.#record, changes: withoutType(event) };
        return;
      case "result":
        this.#record = { ...this.#record, result: withoutType(event) };
        return this.#log.append(event);
      case "error":
        this.#record = { ...this.#record, error: withoutType(event) };
        return this.#log.append(event);
      default:
        return event satisfies never;
    }
  }

  /** For the session: its worker lives. */
  beat(heartbeat: Heartbeat): void {
    this.#log.beat(heartbeat);
  }

  /** For the session: it is over. A second call does nothing. */
  finish(outcome: Pick<ExecutionRecord, "status" | "exitCode" | "signal" | "sessionState">): void {
    if (this.hasEnded) return;
    this.#flushCharacters();
    this.#endedAt = Date.now();
    this.#record = { ...this.#record, ...outcome };
    this.#worker = null;
    const record = this.record;
    tellEnded(this.#options.runtime, record);
    this.#log.append({ type: "completed", execution: record });
    this.#end.resolve(record);
  }

  #logEvent(event: WorkerEvent): void {
    const { id } = this;
    if ("bytes" in event)
      debug.execution?.(event.type, { executionId: id, bytes: event.bytes.length });
    else
      debug.execution?.(event.type, { executionId: id, ...("pid" in event && { pid: event.pid }) });
  }

  #notTaken(): HoldfastError {
    const { inputSendTimeoutMs } = this.#options;
    return new HoldfastError({
      code: "deadline_exceeded",
      message: `input to execution ${this.id}: not taken within ${inputSendTimeoutMs} ms`,
      details: { executionId: this.id, timeoutMs: inputSendTimeoutMs },
    });
  }

  #output(stream: OutputStream, bytes: Buffer): void {
    const whole = this.#characters[stream].add(bytes);
    if (whole.length > 0) this.#log.append({ type: stream, bytes: whole });
    if (this.#characters[stream].isHolding)
      this.#characterWait ??= setTimeout(() => this.#flushCharacters(), characterWaitMs);
  }

  #flushCharacters(): void {
    if (this.#characterWait === null) return;
    clearTimeout(this.#characterWait);
    this.#characterWait = null;
    for (const stream of ["stdout", "stderr"] as const) {
      const bytes = this.#characters[stream].flush();
      if (bytes.length > 0) this.#log.append({ type: stream, bytes });
    }
  }

  #press(isHigh: boolean): void {
    this.#isPaused = isHigh;
    if (isHigh) this.#worker?.pause();
    else this.#worker?.resume();
  }
}

/** A sentence about how a worker's part in an execution ended. */
export function describeOutcome({ status, exitCode, signal }: WorkerOutcome): string {
  return `${status} (${describeExit({ exitCode, signal, stderrTail: "" })})`;
}

function withoutType<T extends { readonly type: string }>(event: T): Omit<T, "type"> {
  const { type: _, ...rest } = event;
  return rest;
}
