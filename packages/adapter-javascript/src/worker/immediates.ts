import { setImmediate } from "./primordials.ts";

// Node runs all immediates that are due in one go, and notes in a `finally` where it is. One that is terminated leaves no note: Node
// comes back to the one that it ran, which it takes for cleared, and throws for ever, or forgets those behind it, which are counted
// all the same, so that its event loop waits no more. So what is terminated is made to look as if it had not run yet.

/* oxlint-disable eslint/no-underscore-dangle -- Node calls them so */

/** One of Node's immediates: a link in the list of those that are due. */
interface Link {
  /** It has run, or was cleared. */
  _destroyed: boolean;
  _idleNext: Link | null;
  _idlePrev: Link | null;
}

let running: Link | null = null;
/** Those that were terminated and that Node has not come back to, oldest first. */
let torn: Link[] = [];

/** Runs the callback of an immediate, which can be terminated. */
export function runImmediate<Result>(immediate: unknown, run: () => Result): Result | undefined {
  const link = immediate as Link;
  if (forget(link)) {
    recount();
    return undefined;
  }
  running = link;
  try {
    return run();
  } finally {
    running = null;
    if (forget(link)) link._destroyed = true; // it came to its end before it could be terminated
  }
}

/** The immediate that runs, if one does, is about to be terminated. */
export function tearRunning(): void {
  if (running === null) return;
  running._destroyed = false;
  torn[torn.length] = running;
  running = null;
}

/** Has Node come back, behind this immediate, which runs, to those that it has forgotten. */
export function resumeTorn(immediate: NodeJS.Immediate): void {
  const first = immediate as unknown as Link;
  for (let i = torn.length - 1; i >= 0; i--) {
    const begin = torn[i] as Link;
    let last = begin;
    while (last._idleNext !== null) last = last._idleNext;
    join(last, first._idleNext);
    join(first, begin);
  }
}

function join(link: Link, next: Link | null): void {
  link._idleNext = next;
  if (next !== null) next._idlePrev = link;
}

function forget(link: Link): boolean {
  const others: Link[] = [];
  for (let i = 0; i < torn.length; i++)
    if (torn[i] !== link) others[others.length] = torn[i] as Link;
  const isTorn = others.length < torn.length;
  if (isTorn) torn = others;
  return isTorn;
}

/** What ran twice was counted down twice: so one is counted that never runs, which can be taken out between two others. */
function recount(): void {
  setImmediate(() => {});
  const counted = setImmediate(() => {}).unref() as unknown as Link;
  setImmediate(() => {});
  join(counted._idlePrev as Link, counted._idleNext);
}
