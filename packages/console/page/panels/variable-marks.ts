import type { ChangesView, VariableView } from "../http/views.ts";

export type Mark = "new" | "changed";

/**
 * Which variables are marked: those that were not there before or look different, and those that the runtime says were
 * added or changed, which it also sees where the listing is the same.
 */
export function marksOf(
  before: readonly VariableView[] | null,
  after: readonly VariableView[],
  changes: ChangesView | null,
): ReadonlyMap<string, Mark> {
  if (before === null) return new Map();
  const known = new Map(before.map((one) => [one.name, one]));
  const marks = new Map<string, Mark>();
  for (const one of after) {
    const was = known.get(one.name);
    if (was === undefined || changes?.added.includes(one.name) === true) marks.set(one.name, "new");
    else if (isDifferent(was, one) || changes?.changed.includes(one.name) === true)
      marks.set(one.name, "changed");
  }
  return marks;
}

function isDifferent(a: VariableView, b: VariableView): boolean {
  return (
    a.type !== b.type || a.repr !== b.repr || a.sizeBytes !== b.sizeBytes || a.source !== b.source
  );
}
