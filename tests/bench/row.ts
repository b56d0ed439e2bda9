/** One line of the table. Figures are in `unit`; what was not measured is `null`. */
export interface Row {
  readonly group: string;
  readonly what: string;
  readonly unit: "us" | "ms" | "MB/s" | "per s" | "MB" | "bytes" | "count";
  readonly ours: number;
  /** 99th percentile, where single operations were measured. */
  readonly p99?: number | null;
  /** The physical limit, measured in the same run, in the same rounds. */
  readonly limit?: number | null;
  /** What the best peer reaches; see {@link peers}. */
  readonly peer?: string | null;
  readonly target?: Target | null;
}

/** What must be reached, and whether it was. */
export interface Target {
  readonly text: string;
  readonly isMet: boolean;
}

/** A target that is a bound on the figure itself. */
export function atMost(value: number, bound: number, unit: string): Target {
  return { text: `<= ${bound} ${unit}`, isMet: value <= bound };
}

/** A target that is a bound on the figure itself, from below. */
export function atLeast(value: number, bound: number, unit: string): Target {
  return { text: `>= ${bound} ${unit}`, isMet: value >= bound };
}

/** A target that is a multiple of another figure of the same run. */
export function timesLimit(value: number, limit: number, factor: number): Target {
  return { text: `<= ${factor} x limit`, isMet: value <= factor * limit };
}
