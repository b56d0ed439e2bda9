import type { DiscardReason, PoolState } from "./pool-state.ts";

/** Times of one kind, summed up. */
export interface Durations {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
}

/** How one runtime's warm-up stands. */
export interface PoolRuntimeStatistics {
  readonly minIdle: number;
  readonly warm: number;
  /** Warm-up starts under way. */
  readonly warming: number;
  /** Failed starts in a row. */
  readonly failures: number;
  /** Whether the next try waits. */
  readonly isBackingOff: boolean;
  /** Why the last warm-up start failed, `null` when it did not. */
  readonly lastError: string | null;
}

/**
 * What a pool has done and holds. `hits + misses = acquisitions`, and every call that has ended is one of `acquisitions`,
 * `refused`, `timedOut`, `cancelled`, `failed`. `created` less all that was `discarded` is `idle + leased + resetting`
 * when nothing is on its way (`starting` 0).
 */
export interface PoolStatistics {
  /** Leases and workers that were handed out. */
  readonly acquisitions: number;
  /** Of these, out of a warm worker or of what was kept. */
  readonly hits: number;
  /** Of these, started for it. */
  readonly misses: number;
  /** Hits out of acquisitions; 0 when there were none. */
  readonly hitRate: number;
  /** Calls that came when the pool was shutting down or had too many waiters, and waiters that a stop met. */
  readonly refused: number;
  readonly timedOut: number;
  readonly cancelled: number;
  /** Calls whose start failed, or was not tried because the last ones had. */
  readonly failed: number;
  /** Acquisitions that had to wait for a place, from call to place. */
  readonly waits: Durations;
  /** Warm-up starts that came up. */
  readonly warmUps: Durations;
  readonly warmUpFailures: number;
  /** Workers and sessions that came up. */
  readonly created: number;
  /** Those that left again, by reason. */
  readonly discarded: Readonly<Record<DiscardReason, number>>;
  /** What counts against `maxSessions`: all of the following but `waiting`. */
  readonly size: number;
  /** Warm workers and kept sessions. */
  readonly idle: number;
  readonly warm: number;
  readonly kept: number;
  readonly leased: number;
  /** Warm-ups and sessions for somebody. */
  readonly starting: number;
  readonly resetting: number;
  readonly ending: number;
  readonly waiting: number;
  readonly runtimes: Readonly<Record<string, PoolRuntimeStatistics>>;
}

const counts = [
  "acquisitions",
  "hits",
  "misses",
  "refused",
  "timedOut",
  "cancelled",
  "failed",
  "warmUpFailures",
  "created",
] as const;

/** Counts what a pool does. */
export class PoolCounters {
  readonly #counts = Object.fromEntries(counts.map((name) => [name, 0])) as Record<
    (typeof counts)[number],
    number
  >;
  readonly #waits = { count: 0, totalMs: 0, maxMs: 0 };
  readonly #warmUps = { count: 0, totalMs: 0, maxMs: 0 };
  readonly #discarded: Record<DiscardReason, number> = {
    discarded: 0,
    reset: 0,
    max_uses: 0,
    max_age: 0,
    max_idle: 0,
    evicted: 0,
    unsuited: 0,
    died: 0,
    unresponsive: 0,
    ended: 0,
    handed_over: 0,
    failed: 0,
    closed: 0,
  };

  count(name: (typeof counts)[number]): void {
    this.#counts[name]++;
  }

  acquired(isHit: boolean): void {
    this.count("acquisitions");
    this.count(isHit ? "hits" : "misses");
  }

  waited(ms: number): void {
    add(this.#waits, ms);
  }

  warmedUp(ms: number): void {
    this.count("created");
    add(this.#warmUps, ms);
  }

  discarded(reason: DiscardReason): void {
    this.#discarded[reason]++;
  }

  read(state: PoolState, lastErrors: ReadonlyMap<string, string>): PoolStatistics {
    const held = new Map<string, number>();
    const tally = (name: string) => held.set(name, (held.get(name) ?? 0) + 1);
    for (const { status, runtime } of state.slots) {
      tally(status);
      tally(`${runtime} ${status}`);
    }
    const of = (name: string) => held.get(name) ?? 0;
    const { acquisitions, hits } = this.#counts;
    const { minIdle } = state.limits;
    return {
      ...this.#counts,
      hitRate: acquisitions === 0 ? 0 : hits / acquisitions,
      waits: { ...this.#waits },
      warmUps: { ...this.#warmUps },
      discarded: { ...this.#discarded },
      size: state.slots.length,
      idle: of("warm") + of("kept"),
      warm: of("warm"),
      kept: of("kept"),
      leased: of("leased"),
      starting: of("warming") + of("opening"),
      resetting: of("resetting"),
      ending: of("ending"),
      waiting: state.waiters.length,
      runtimes: Object.fromEntries(
        Object.keys(minIdle).map((name) => [
          name,
          {
            minIdle: minIdle[name] ?? 0,
            warm: of(`${name} warm`),
            warming: of(`${name} warming`),
            failures: state.health[name]?.failures ?? 0,
            isBackingOff: state.health[name]?.isBackingOff ?? false,
            lastError: lastErrors.get(name) ?? null,
          },
        ]),
      ),
    };
  }
}

function add(durations: { count: number; totalMs: number; maxMs: number }, ms: number): void {
  durations.count++;
  durations.totalMs += ms;
  durations.maxMs = Math.max(durations.maxMs, ms);
}
