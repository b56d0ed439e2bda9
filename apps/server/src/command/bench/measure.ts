/** What was measured, in its unit. */
export interface Figure {
  readonly name: string;
  readonly unit: "ms" | "MB/s";
  readonly rounds: number;
  readonly median: number;
  /** 95 of 100 are better. */
  readonly p95: number;
  readonly worst: number;
}

/** A figure of samples. */
export function figureOf(name: string, unit: Figure["unit"], samples: readonly number[]): Figure {
  const sorted = samples.toSorted((a, b) => (unit === "ms" ? a - b : b - a));
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { name, unit, rounds: samples.length, median: at(0.5), p95: at(0.95), worst: at(1) };
}

/** Measures something a number of times, in milliseconds. */
export async function timesOf(
  rounds: number,
  work: () => Promise<void>,
  onRound: (round: number) => void,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    onRound(round);
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times;
}
