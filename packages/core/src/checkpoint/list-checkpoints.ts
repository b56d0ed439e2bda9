import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { CheckpointPage, ListCheckpointsOptions } from "./checkpoint-store.ts";
import { checkedNumber } from "./store-options.ts";

const defaultLimit = 100;
const maxLimit = 1_000;

/** By sequence, not by time: a clock can be set back. */
export function compareNewestFirst(
  a: Pick<Checkpoint, "sequence" | "id">,
  b: Pick<Checkpoint, "sequence" | "id">,
): number {
  return b.sequence - a.sequence || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** One page. @throws HoldfastError `invalid_request` */
export function listCheckpoints(
  checkpoints: readonly Checkpoint[],
  options: ListCheckpointsOptions,
): CheckpointPage {
  const { sessionId, owner, cursor } = options;
  const limit = checkedNumber("limit", options.limit ?? defaultLimit, maxLimit);
  const last = cursor === undefined ? null : parseCursor(cursor);
  const found = checkpoints
    .filter(
      (one) =>
        (sessionId === undefined || one.sessionId === sessionId) &&
        (owner === undefined || one.owner === owner) &&
        (last === null || compareNewestFirst(one, last) > 0),
    )
    .toSorted(compareNewestFirst);
  const items = found.slice(0, limit);
  const end = items.at(-1);
  const nextCursor =
    found.length > items.length && end !== undefined ? `${end.sequence}.${end.id}` : null;
  return { items, nextCursor };
}

/** A cursor names a place, not a checkpoint: it holds when that one is deleted meanwhile. */
function parseCursor(cursor: string): Pick<Checkpoint, "sequence" | "id"> {
  const match = /^(\d{1,15})\.([A-Za-z0-9_-]{1,64})$/.exec(cursor);
  if (match !== null) return { sequence: Number(match[1]), id: match[2] ?? "" };
  const received = cursor.slice(0, 100);
  throw new HoldfastError({
    code: "invalid_request",
    message: `cursor: received ${JSON.stringify(received)}, allowed is what a page before answered`,
    details: { option: "cursor", received },
  });
}
