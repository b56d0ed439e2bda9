/** Timers and `Date` of this process that stand still until they are told to go on. Dispose of it to get the real ones back. */
export interface FakeClock extends Disposable {
  /** Milliseconds since the epoch, as `Date.now()` says. */
  readonly now: number;
  /** Timers that wait: what is left behind shows here. */
  readonly pending: number;
  /** Lets time pass: timers that are due run in their order, each at its own time, with what it sets off in promises. */
  advance(ms: number): Promise<void>;
}

interface Timer {
  dueAt: number;
  readonly delayMs: number;
  readonly isInterval: boolean;
  readonly run: () => void;
}

const real = { setTimeout, clearTimeout, setInterval, clearInterval, Date };

/**
 * Stops the global timers and `Date` of this process; one clock at a time. What was imported from `node:timers`,
 * `setImmediate`, `performance.now()` and what the kernel does go on.
 * @param now where it stands @default 0
 */
export function stopClock(now = 0): FakeClock {
  const clock = new Clock(now);
  const { Date: RealDate } = real;
  class FakeDate extends RealDate {
    constructor(...args: [] | [number]) {
      super(...(args.length === 0 ? ([clock.now] as const) : args));
    }
    static override now(): number {
      return clock.now;
    }
  }
  Object.assign(globalThis, {
    Date: FakeDate,
    setTimeout: (callback: (...args: unknown[]) => void, delayMs = 1, ...args: unknown[]) =>
      clock.add(() => callback(...args), delayMs, false),
    setInterval: (callback: (...args: unknown[]) => void, delayMs = 1, ...args: unknown[]) =>
      clock.add(() => callback(...args), delayMs, true),
    clearTimeout: (handle: unknown) => clock.remove(handle),
    clearInterval: (handle: unknown) => clock.remove(handle),
  });
  return clock;
}

class Clock implements FakeClock {
  now: number;
  readonly #timers = new Set<Timer>();

  constructor(now: number) {
    this.now = now;
  }

  get pending(): number {
    return this.#timers.size;
  }

  add(run: () => void, delayMs: number, isInterval: boolean): object {
    const whole = Math.max(1, Math.trunc(delayMs));
    const timer: Timer = { dueAt: this.now + whole, delayMs: whole, isInterval, run };
    this.#timers.add(timer);
    const handle = {
      timer,
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
      refresh: () => {
        timer.dueAt = this.now + timer.delayMs;
        this.#timers.add(timer);
        return handle;
      },
      [Symbol.dispose]: () => void this.#timers.delete(timer),
    };
    return handle;
  }

  /** Handles of real timers, made before the clock was stopped, are passed on. */
  remove(handle: unknown): void {
    if (typeof handle === "object" && handle !== null && "timer" in handle)
      this.#timers.delete(handle.timer as Timer);
    else real.clearTimeout(handle as NodeJS.Timeout | undefined);
  }

  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    await settle();
    for (;;) {
      const [next] = [...this.#timers]
        .filter(({ dueAt }) => dueAt <= end)
        .toSorted((a, b) => a.dueAt - b.dueAt);
      if (next === undefined) break;
      this.now = Math.max(this.now, next.dueAt);
      if (next.isInterval) next.dueAt += next.delayMs;
      else this.#timers.delete(next);
      next.run();
      await settle();
    }
    this.now = end;
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, real);
  }
}

/** Lets everything that is ready in promises run. */
function settle(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
