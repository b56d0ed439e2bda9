import { type ExecutionHandle, HoldfastError } from "@holdfast/core";

/** Bounds of {@link outputUntil}. */
export interface OutputUntilOptions {
  /** @default stdout */
  readonly stream?: "stdout" | "stderr";
  /** Until the wait is given up, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
}

/**
 * Waits until an execution has printed a text, or what a pattern finds, and answers all that it has printed by then. Start it at
 * any time: what was printed before counts.
 * @throws HoldfastError `deadline_exceeded` when it does not come, `not_found` when the execution ends without it; both tell
 *   what was printed
 */
export async function outputUntil(
  execution: ExecutionHandle,
  wanted: string | RegExp,
  { stream = "stdout", timeoutMs = 5_000 }: OutputUntilOptions = {},
): Promise<string> {
  let output = "";
  const decoder = new TextDecoder();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeoutMs);
  try {
    for await (const event of execution.events({ signal: stop.signal })) {
      if (event.type !== stream) continue;
      output += decoder.decode(event.bytes, { stream: true });
      const isThere =
        typeof wanted === "string" ? output.includes(wanted) : output.search(wanted) !== -1;
      if (isThere) return output;
    }
  } finally {
    clearTimeout(timer);
  }
  const isLate = stop.signal.aborted;
  const why = isLate ? `not within ${timeoutMs} ms` : `it ended ${execution.record.status}`;
  throw new HoldfastError({
    code: isLate ? "deadline_exceeded" : "not_found",
    message: `${stream} of execution ${execution.id}: no ${String(wanted)}: ${why}; it printed ${JSON.stringify(output.slice(-500))}`,
    details: { executionId: execution.id, output },
  });
}
