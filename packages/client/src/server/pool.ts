/** Durations that were measured, in milliseconds. */
export interface PoolDurations {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
}

/** The warm workers of one runtime. */
export interface PoolRuntime {
  readonly minIdle: number;
  readonly warm: number;
  readonly warming: number;
  readonly failures: number;
  readonly isBackingOff: boolean;
  readonly lastError: string | null;
}

/** What the pool of warm workers has done and holds; docs/pool.md says what each counts. */
export interface Pool {
  readonly acquisitions: number;
  readonly hits: number;
  readonly misses: number;
  readonly hitRate: number;
  readonly refused: number;
  readonly timedOut: number;
  readonly cancelled: number;
  readonly failed: number;
  readonly waits: PoolDurations;
  readonly warmUps: PoolDurations;
  readonly warmUpFailures: number;
  readonly created: number;
  /** By reason. */
  readonly discarded: Readonly<Record<string, number>>;
  readonly size: number;
  readonly idle: number;
  readonly warm: number;
  readonly kept: number;
  readonly leased: number;
  readonly starting: number;
  readonly resetting: number;
  readonly ending: number;
  readonly waiting: number;
  /** By name. */
  readonly runtimes: Readonly<Record<string, PoolRuntime>>;
}
