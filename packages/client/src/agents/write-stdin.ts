import { isApiError } from "../errors/api-error.ts";
import type { Session } from "../session/session.ts";
import { type CommandOutput, type Cursor, type YieldOptions, lookAt } from "./command-output.ts";

/** What a command is fed, and how long to wait for what it says. */
export interface WriteStdinInput extends YieldOptions {
  readonly executionId: string;
  /** Where the last look ended. @default the beginning */
  readonly cursor?: Cursor;
  /** Nothing only polls; `\u0003`, which is Ctrl-C, interrupts. @default nothing */
  readonly data?: string;
  /** Whether standard input ends with it. @default false */
  readonly close?: boolean;
  /** @default 1_000 */
  readonly yieldTimeMs?: number;
}

/**
 * Feeds a command that {@link execCommand} started, and comes back when it ends or after `yieldTimeMs` with what it wrote
 * since. Input for a command that has ended is left out: what it said last is the answer.
 */
export async function writeStdin(
  session: Session,
  { executionId, cursor = { seq: 0, offset: 0 }, data = "", ...options }: WriteStdinInput,
): Promise<CommandOutput> {
  const { close = false, yieldTimeMs = 1_000, signal } = options;
  const execution = session.execution(executionId, { signal });
  if (data === "\u0003") await execution.interrupt({ signal });
  else if (data !== "" || close) {
    try {
      await execution.input(data, { close, signal });
    } catch (error) {
      if (!isApiError(error, "input_not_expected")) throw error;
    }
  }
  return lookAt(session, executionId, cursor, { ...options, yieldTimeMs });
}
