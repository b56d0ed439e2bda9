import type { Session } from "../session/session.ts";
import { type YieldOptions, maxLengthOf, outputOf } from "./command-output.ts";
import { eventsUntil } from "./events-until.ts";

/** Which part of an output is wanted. */
export interface ReadOutputInput extends YieldOptions {
  readonly executionId: string;
  /** Characters to skip. @default 0 */
  readonly offset?: number;
  /** How long to wait for more while the execution runs. @default 1_000 */
  readonly yieldTimeMs?: number;
}

/** Output and errors of an execution from a character on, up to a bound; `nextOffset` is where the next part begins. */
export async function readOutput(
  session: Session,
  { executionId, offset = 0, yieldTimeMs = 1_000, ...options }: ReadOutputInput,
): Promise<{ readonly output: string; readonly nextOffset: number; readonly isEnd: boolean }> {
  const maxLength = maxLengthOf(options);
  const wanted = { ...options, executionId, after: 0, yieldTimeMs };
  let output = "";
  let skip = offset;
  let isEnd = false;
  for await (const event of eventsUntil(session, wanted)) {
    const text = outputOf(event);
    const part = text.slice(skip);
    skip = Math.max(0, skip - text.length);
    const room = maxLength - output.length;
    output += part.slice(0, room);
    if (part.length > room) break;
    isEnd = event.type === "completed";
  }
  return { output: output.toWellFormed(), nextOffset: offset + output.length, isEnd };
}
