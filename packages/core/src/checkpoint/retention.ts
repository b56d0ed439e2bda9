import type { Checkpoint } from "./checkpoint.ts";
import { compareNewestFirst } from "./list-checkpoints.ts";
import type { ResolvedRetention } from "./store-options.ts";

/**
 * Ids of the checkpoints that are to go, by age, then by number, then by size. Those with a name stay, whatever that costs.
 * Of the others the oldest go first; a session's newest goes by age, or by size when nothing else is left to go.
 */
export function toPrune(
  checkpoints: readonly Checkpoint[],
  retention: ResolvedRetention,
  now: number,
): readonly string[] {
  const { maxAgeMs, maxPerSession, maxTotalBytes } = retention;
  const isOld = ({ createdAt }: Checkpoint) => maxAgeMs !== null && now - createdAt > maxAgeMs;
  const sorted = checkpoints.toSorted(compareNewestFirst);
  const counts = new Map<string, number>();
  const pruned = new Set<string>();
  const kept: Checkpoint[] = [];
  for (const checkpoint of sorted.filter(({ name }) => name === null)) {
    const { id } = checkpoint;
    const session = sessionOf(checkpoint);
    const count = counts.get(session) ?? 0;
    if (isOld(checkpoint) || (maxPerSession !== null && count >= maxPerSession)) {
      pruned.add(id);
      continue;
    }
    counts.set(session, count + 1);
    kept.push(checkpoint);
  }
  if (maxTotalBytes === null) return [...pruned];
  let total = sorted.reduce(
    (sum, { id, sizeBytes }) => (pruned.has(id) ? sum : sum + sizeBytes),
    0,
  );
  for (const { id, sizeBytes } of inOrderOfDeparture(kept)) {
    if (total <= maxTotalBytes) break;
    pruned.add(id);
    total -= sizeBytes;
  }
  return [...pruned];
}

/** Oldest first, but each session's newest after all others. @param newestFirst without names */
function inOrderOfDeparture(newestFirst: readonly Checkpoint[]): readonly Checkpoint[] {
  const seen = new Set<string>();
  const newest: Checkpoint[] = [];
  const others: Checkpoint[] = [];
  for (const checkpoint of newestFirst) {
    const session = sessionOf(checkpoint);
    (seen.has(session) ? others : newest).push(checkpoint);
    seen.add(session);
  }
  return [...others.toReversed(), ...newest.toReversed()];
}

/** An id that was one owner's can be another's later. */
function sessionOf({ sessionId, owner }: Checkpoint): string {
  return JSON.stringify([sessionId, owner]);
}
