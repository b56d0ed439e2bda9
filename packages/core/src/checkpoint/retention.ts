import type { Checkpoint } from "./checkpoint.ts";
import { compareNewestFirst } from "./list-checkpoints.ts";
import type { ResolvedRetention } from "./store-options.ts";

/**
 * Ids of the checkpoints that are to go: by age, by number, by their owner's share, by size. Those with a name stay, whatever
 * that costs. Of the others the oldest go first; a session's newest goes by age, or by size when nothing else is left to go.
 * @param mayGo which may go for their size. @default all
 */
export function toPrune(
  checkpoints: readonly Checkpoint[],
  retention: ResolvedRetention,
  now: number,
  mayGo: (checkpoint: Checkpoint) => boolean = () => true,
): readonly string[] {
  const { pruned, kept } = byAgeAndNumber(checkpoints, retention, now);
  const leaving = inOrderOfDeparture(kept).filter(mayGo);
  const shrink = (to: number | null, isCounted: (checkpoint: Checkpoint) => boolean) => {
    if (to === null) return;
    let total = bytesOf(checkpoints.filter((one) => isCounted(one) && !pruned.has(one.id)));
    for (const one of leaving) {
      if (total <= to) return;
      if (!isCounted(one) || pruned.has(one.id)) continue;
      pruned.add(one.id);
      total -= one.sizeBytes;
    }
  };
  for (const owner of new Set(checkpoints.map((one) => one.owner)))
    if (owner !== null) shrink(retention.maxBytesPerOwner, (one) => one.owner === owner);
  shrink(retention.maxTotalBytes, () => true);
  return [...pruned];
}

/** State of some checkpoints together. */
export function bytesOf(checkpoints: readonly Checkpoint[]): number {
  return checkpoints.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** `kept`: those without a name that are left, newest first. */
function byAgeAndNumber(
  checkpoints: readonly Checkpoint[],
  { maxAgeMs, maxPerSession }: ResolvedRetention,
  now: number,
): { readonly pruned: Set<string>; readonly kept: readonly Checkpoint[] } {
  const counts = new Map<string, number>();
  const pruned = new Set<string>();
  const kept: Checkpoint[] = [];
  for (const checkpoint of checkpoints.toSorted(compareNewestFirst)) {
    if (checkpoint.name !== null) continue;
    const session = sessionOf(checkpoint);
    const count = counts.get(session) ?? 0;
    const isOld = maxAgeMs !== null && now - checkpoint.createdAt > maxAgeMs;
    if (isOld || (maxPerSession !== null && count >= maxPerSession)) {
      pruned.add(checkpoint.id);
      continue;
    }
    counts.set(session, count + 1);
    kept.push(checkpoint);
  }
  return { pruned, kept };
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
