import type { ExecutionEnd, ExecutionStatus } from "../execution/execution.ts";
import type { ExecutionEvent } from "../execution/execution-event.ts";
import type { CallOptions } from "../http/http-client.ts";
import type { Session } from "../session/session.ts";
import { BoundedText } from "./bounded-text.ts";
import { eventsUntil } from "./events-until.ts";

/** What a command has written since it was last looked at, and how it stands. */
export interface CommandOutput {
  readonly executionId: string;
  readonly status: ExecutionStatus;
  readonly exitCode: number | null;
  /** Such as `SIGKILL`. */
  readonly signal: string | null;
  /** Output and errors in the order in which they came, bounded. */
  readonly output: string;
  /** Which characters are left out, from and to, counted from the beginning; {@link readOutput} has them. */
  readonly omitted: { readonly from: number; readonly to: number } | null;
  /** The place up to which it was read: the next look goes on from there. */
  readonly cursor: Cursor;
}

/** A place in the output of an execution. */
export interface Cursor {
  /** Of the last event. */
  readonly seq: number;
  /** Characters of output and errors up to here. */
  readonly offset: number;
}

/** How long a look takes, and how much it brings. */
export interface YieldOptions extends CallOptions {
  /** Milliseconds after which it comes back, though the command runs on; at most 300,000. */
  readonly yieldTimeMs?: number;
  /** Bound of the output, in tokens of about four characters. @default 10_000 */
  readonly maxOutputTokens?: number;
}

const charactersPerToken = 4;
const defaultTokens = 10_000;

/** Characters that a bound in tokens allows. */
export function maxLengthOf({ maxOutputTokens = defaultTokens }: YieldOptions): number {
  return Math.max(1, maxOutputTokens) * charactersPerToken;
}

/** What an event adds to the output. */
export function outputOf(event: ExecutionEvent): string {
  return event.type === "stdout" || event.type === "stderr" ? event.text : "";
}

/** Reads what an execution writes behind a place until it ends or the time is over. */
export async function lookAt(
  session: Session,
  executionId: string,
  after: Cursor,
  options: YieldOptions & { readonly yieldTimeMs: number },
): Promise<CommandOutput> {
  const text = new BoundedText(maxLengthOf(options));
  let { seq } = after;
  let end: ExecutionEnd | null = null;
  // From one event before, so that an end that was seen already is seen again.
  const wanted = { ...options, executionId, after: Math.max(0, seq - 1) };
  for await (const event of eventsUntil(session, wanted)) {
    if (event.type === "completed") end = event;
    if (event.seq <= seq) continue;
    ({ seq } = event);
    text.add(outputOf(event));
  }
  const { omitted } = text;
  const { offset } = after;
  return {
    executionId,
    status: end?.status ?? "running",
    exitCode: end?.exitCode ?? null,
    signal: end?.signal ?? null,
    output: String(text),
    omitted: omitted && { from: offset + omitted.from, to: offset + omitted.to },
    cursor: { seq, offset: offset + text.length },
  };
}
