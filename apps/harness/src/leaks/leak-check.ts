import { HoldfastError } from "@holdfast/core";
import { eventually } from "../wait/eventually.ts";
import { type Holdings, type HoldingsOptions, addedHoldings, holdings } from "./holdings.ts";

export { type Holdings, holdings };

/** Things to count that are nobody's but the test's, by name: rows of a store, entries of a map. */
export type LeakCounts = Readonly<Record<string, () => number | Promise<number>>>;

/** What {@link expectNothingLeaked} looks at, and how long. */
export interface LeakOptions extends HoldingsOptions {
  /** Until it is given up, in milliseconds: what ends by itself may take its time. @default 2_000 */
  readonly timeoutMs?: number;
  /** @default none */
  readonly counts?: LeakCounts;
  /** Lines that do not count, such as those of something that stays on purpose. @default none */
  readonly ignore?: RegExp;
}

/** What is held at one time, to be compared with later. */
export interface LeakWatch {
  /**
   * Waits until nothing more is held than when the watch began.
   * @param options `timeoutMs` until it is given up. @default that of the watch
   * @throws HoldfastError `deadline_exceeded` that lists what is left
   */
  expectNone(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/**
 * Runs something, and waits until nothing of it is left: no process, descriptor, FIFO, file, timer or socket more than before.
 * What is there for good after a first use, such as a template process, has to be there before: use it once.
 * Linux only. Nothing else may go on in this process meanwhile.
 * @returns what `body` does; what it throws is thrown, and nothing is checked then
 * @throws HoldfastError `deadline_exceeded` with a line for each thing that is left, as `details.leaks` too
 */
export async function expectNothingLeaked<T>(
  body: () => T | Promise<T>,
  options: LeakOptions = {},
): Promise<T> {
  const watch = await watchLeaks(options.counts, options);
  const result = await body();
  await watch.expectNone();
  return result;
}

/**
 * Begins to watch what this process holds, and what `counts` counts: for tests that cannot be put into a function. Linux only.
 */
export async function watchLeaks(
  counts: LeakCounts = {},
  { timeoutMs = 2_000, folders = [], ignore }: Omit<LeakOptions, "counts"> = {},
): Promise<LeakWatch> {
  const before = holdings({ folders });
  const countsBefore = await countAll(counts);
  const leaks = async () => {
    const now = await countAll(counts);
    const more = [...now].flatMap(([name, count]) => {
      const added = count - (countsBefore.get(name) ?? 0);
      return added > 0 ? [`${name}: ${added} more`] : [];
    });
    const all = [...addedHoldings(before, holdings({ folders })), ...more];
    return ignore === undefined ? all : all.filter((line) => line.search(ignore) === -1);
  };
  return { expectNone: (options = {}) => expectNone(leaks, options.timeoutMs ?? timeoutMs) };
}

/**
 * What is held now and was not `before`, one line each; empty when nothing is. Of folders, those of workers of this
 * process and of what it started count.
 */
export function leaksSince(before: Holdings): readonly string[] {
  return addedHoldings(before, holdings());
}

/**
 * Waits until nothing is held that was not held `before`.
 * @throws HoldfastError `deadline_exceeded` that lists what is left
 */
export function expectNoLeaks(
  before: Holdings,
  { timeoutMs = 2_000 }: { readonly timeoutMs?: number } = {},
): Promise<void> {
  return expectNone(async () => leaksSince(before), timeoutMs);
}

async function countAll(counts: LeakCounts): Promise<ReadonlyMap<string, number>> {
  const entries = Object.entries(counts).map(
    async ([name, count]) => [name, await count()] as const,
  );
  return new Map(await Promise.all(entries));
}

async function expectNone(
  look: () => Promise<readonly string[]>,
  timeoutMs: number,
): Promise<void> {
  let leaks: readonly string[] = [];
  try {
    await eventually(async () => (leaks = await look()).length === 0, {
      timeoutMs,
      what: "no leaks",
    });
  } catch (cause) {
    if (leaks.length === 0) throw cause; // the look itself failed
    throw new HoldfastError({
      code: "deadline_exceeded",
      message: `left behind after ${timeoutMs} ms:\n${leaks.join("\n")}`,
      details: { leaks },
      cause,
    });
  }
}
