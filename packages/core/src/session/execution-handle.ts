import type { ReadOptions } from "./event-log.ts";
import type { ExecutionEvent } from "./execution-event.ts";
import type { ExecutionRecord } from "./execution-record.ts";

/** An execution as it can be read and followed, whether it is in memory or was read back from a store. */
export interface ExecutionHandle {
  readonly id: string;
  /** The code that was given. */
  readonly code: string;
  /** How it stands now. */
  readonly record: ExecutionRecord;
  readonly hasEnded: boolean;
  /** Settles with the record at the end. Never rejects. */
  readonly ended: Promise<ExecutionRecord>;
  /** What is kept of stdout: the first bytes up to the limit, exact. */
  readonly stdout: Buffer;
  /** What is kept of stderr, likewise. */
  readonly stderr: Buffer;
  /** The events after `after` (default 0: all), then those to come, until `completed`. */
  events(options?: ReadOptions): AsyncGenerator<ExecutionEvent, void, void>;
  /** Asks the code to stop. Nothing happens when it has ended. */
  interrupt(): void;
  /** Ends it by force. Nothing happens when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Answers an input request, or feeds standard input. @throws HoldfastError `input_not_expected` */
  write(data: Uint8Array | string, options?: { close?: boolean }): Promise<void>;
}
