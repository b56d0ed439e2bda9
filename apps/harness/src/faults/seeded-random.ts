/** Numbers that look random and are the same for the same seed. */
export interface SeededRandom {
  readonly seed: number;
  /** From 0 to less than 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** One of them. @throws RangeError when there is none */
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Buffer;
}

/**
 * Numbers by mulberry32 (Tommy Ettinger, public domain). Not for secrets.
 * @param seed the lower 32 bits count
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    seed: seed >>> 0,
    next,
    integer,
    pick: (items) => {
      if (items.length === 0) throw new RangeError("there is nothing to pick from");
      return items[integer(0, items.length - 1)] as (typeof items)[number];
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => integer(0, 255))),
  };
}

/**
 * Another seed at each run, told on stderr, or the one that `HOLDFAST_SEED` names: so a run that failed can be had again.
 * @param what whose seed it is, for the line that tells it
 * @throws RangeError when `HOLDFAST_SEED` is no whole number
 */
export function randomOfThisRun(what: string): SeededRandom {
  const given = process.env["HOLDFAST_SEED"];
  if (given !== undefined && !/^\d{1,10}$/.test(given))
    throw new RangeError(
      `HOLDFAST_SEED: received ${JSON.stringify(given)}, allowed a whole number`,
    );
  const random = seededRandom(given === undefined ? Math.random() * 2 ** 32 : Number(given));
  console.error(`${what}: HOLDFAST_SEED=${random.seed}`);
  return random;
}
