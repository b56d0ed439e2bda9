/**
 * What the two threads of a Pyodide process share: the signal that Python has not taken yet (0: none), a count of all
 * that it may wait for, and which signals it ignores and handles, a bit each.
 */
export type ControlWords = Int32Array<SharedArrayBuffer>;

const signal = 0;
const events = 1;
const ignored = 2;
const handled = 3;

/** What a process does at a signal. */
export type Disposition = "default" | "ignored" | "handled";

export function makeControlWords(): ControlWords {
  return new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
}

/** For signals under 32. */
export function setDisposition(words: ControlWords, number: number, what: Disposition): void {
  for (const [word, name] of [
    [ignored, "ignored"],
    [handled, "handled"],
  ] as const) {
    if (what === name) Atomics.or(words, word, 1 << number);
    else Atomics.and(words, word, ~(1 << number));
  }
}

export function dispositionOf(words: ControlWords, number: number): Disposition {
  if ((Atomics.load(words, ignored) & (1 << number)) !== 0) return "ignored";
  return (Atomics.load(words, handled) & (1 << number)) === 0 ? "default" : "handled";
}

/** Makes Python's handler of this signal run, also while it computes or waits. */
export function raiseSignal(words: ControlWords, number: number): void {
  Atomics.store(words, signal, number);
  wake(words);
}

/** Lets a thread that waits look again. */
export function wake(words: ControlWords): void {
  Atomics.add(words, events, 1);
  Atomics.notify(words, events);
}

export function hasSignal(words: ControlWords): boolean {
  return Atomics.load(words, signal) !== 0;
}

/**
 * Waits, without using the processor, until `isReady` answers true or a signal comes: a signal goes first. `timeoutMs`
 * may be `Infinity`.
 */
export function wait(
  words: ControlWords,
  isReady: () => boolean,
  timeoutMs: number,
): "ready" | "signal" | "timeout" {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const seen = Atomics.load(words, events);
    if (hasSignal(words)) return "signal";
    if (isReady()) return "ready";
    const left = end - performance.now();
    if (left <= 0) return "timeout";
    Atomics.wait(words, events, seen, left);
  }
}
