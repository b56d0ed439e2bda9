import type { SessionView } from "../http/views.ts";

/** A session in its place among those that it was forked from, in the order of the list. */
export interface Branch {
  readonly session: SessionView;
  /** How many forks lie between it and its root. */
  readonly depth: number;
  /** Whether it is there only because one of its forks was looked for. */
  readonly isContext: boolean;
}

/**
 * Sessions as a forest, forks under what they were forked from, roots in the given order. With text to look for, those
 * whose id, runtime or state has it, and what they were forked from. A fork whose origin is gone is a root.
 */
export function forestOf(sessions: readonly SessionView[], wanted = ""): readonly Branch[] {
  const ids = new Set(sessions.map(({ id }) => id));
  const children = Map.groupBy(sessions, ({ parentId }) =>
    parentId !== null && ids.has(parentId) ? parentId : null,
  );
  const grow = (parent: string | null, depth: number): readonly Branch[] =>
    (children.get(parent) ?? []).flatMap((session) => {
      const below = grow(session.id, depth + 1);
      const isWanted = matches(session, wanted);
      return isWanted || below.length > 0
        ? [{ session, depth, isContext: !isWanted }, ...below]
        : [];
    });
  return grow(null, 0);
}

function matches({ id, runtime, state }: SessionView, wanted: string): boolean {
  const words = wanted.toLowerCase().split(/\s+/);
  const text = `${id} ${runtime} ${state}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
