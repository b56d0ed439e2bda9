import { HoldfastError } from "@holdfast/core";
import { describeItems } from "./describe-items.ts";

/** Bounds of {@link collect}. */
export interface CollectOptions<T> {
  /** Until the collection is given up, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
  /** Ends the collection with this item in it, and leaves the stream. @default its end */
  readonly until?: (item: T) => boolean;
}

/**
 * All items of a stream, up to its end or up to one that `until` names. A stream that does not get there in time is left,
 * and the error says what has come by then: the last items in its message, `details.count`, all of them as `cause.items`.
 * @throws HoldfastError `deadline_exceeded`; what the stream itself throws
 */
export async function collect<T>(
  stream: AsyncIterable<T>,
  { timeoutMs = 5_000, until = () => false }: CollectOptions<T> = {},
): Promise<T[]> {
  const items: T[] = [];
  const iterator = stream[Symbol.asyncIterator]();
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(late(items, timeoutMs)), timeoutMs);
  deadline.promise.catch(() => {});
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), deadline.promise]);
      if (next.done === true) return items;
      items.push(next.value);
      if (until(next.value)) return items;
    }
  } finally {
    clearTimeout(timer);
    // Not awaited: a generator that waits inside does not return before that wait is over.
    void iterator.return?.();
  }
}

function late(items: readonly unknown[], timeoutMs: number): HoldfastError {
  return new HoldfastError({
    code: "deadline_exceeded",
    message: `collect: not at its end within ${timeoutMs} ms; ${describeItems(items)}`,
    details: { timeoutMs, count: items.length },
    cause: { items },
  });
}
