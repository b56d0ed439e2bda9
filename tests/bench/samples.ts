/** Figures of single operations, in the order in which they were taken. */
export type Samples = readonly number[];

/** The value below which `fraction` of the samples lie. */
export function percentile(samples: Samples, fraction: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

/** The 50th percentile. */
export function median(samples: Samples): number {
  return percentile(samples, 0.5);
}

/** One kind of operation that is measured against others. */
export interface Contender {
  /** Does it once and checks the result. @throws when the result is wrong */
  readonly once: () => Promise<void>;
  /** Clears up behind each operation, outside of the clock. */
  readonly after?: () => Promise<unknown>;
  /** Operations a round, outside of the clock at first, to warm it up. */
  readonly perRound: number;
}

/**
 * Measures operations against each other in interleaved rounds, so that a busy moment of the machine falls on all of
 * them. The first round does not count.
 * @returns microseconds of every operation, under the contender's name
 */
export async function interleave<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  rounds: number,
): Promise<Readonly<Record<Name, Samples>>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const { once, perRound, after } = contenders[name];
      for (let i = 0; i < perRound; i++) {
        const start = performance.now();
        await once();
        if (round > 0) samples[name].push((performance.now() - start) * 1_000);
        await after?.();
      }
    }
  }
  return samples;
}

/** Milliseconds that something takes, and what it answers. */
export async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly ms: number; readonly value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}
