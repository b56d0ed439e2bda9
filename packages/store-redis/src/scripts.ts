import { createHash } from "node:crypto";
import { fenceLua } from "./lua/fence.ts";
import { eventsLua, executionsLua, lastEventLua } from "./lua/reads.ts";
import { guardLua, rowsLua } from "./lua/rows.ts";
import {
  claimLua,
  pruneExecutionsLua,
  pruneTombstonesLua,
  renewLua,
  writeLua,
} from "./lua/writes.ts";

/** A script, and the name that Redis knows it by. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** All that is done in more than one command: each at once, or not at all. */
export const scripts = {
  fence: script(fenceLua),
  write: script(guardLua, writeLua),
  claim: script(guardLua, claimLua),
  pruneTombstones: script(guardLua, pruneTombstonesLua),
  pruneExecutions: script(guardLua, pruneExecutionsLua),
  renew: script(guardLua, renewLua),
  executions: script(executionsLua),
  events: script(eventsLua),
  lastEvent: script(lastEventLua),
} as const;

function script(...parts: readonly string[]): Script {
  const source = [rowsLua, ...parts].join("");
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}
