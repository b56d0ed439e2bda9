import { type StoredEvent, readEvent } from "@holdfast/core";
import type { Argument } from "./encode-changes.ts";
import {
  endOfEventRows,
  eventNameLength,
  eventRowName,
  eventRowsOf,
  eventSeq,
} from "./event-row.ts";

const pageBytes = 1 << 20;

/** Asks the script behind it. */
type Ask = (...args: Argument[]) => Promise<unknown>;

/** A page of the events of an execution; rows that cannot be read are left out, and others come in their place. */
export async function readEvents(
  executionId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
  ask: Ask,
): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  const end = endOfEventRows(executionId);
  let from = eventRowName(executionId, after + 1);
  for (let size = 0; events.length < limit && size < pageBytes;) {
    const wanted = limit - events.length;
    const reply = await ask(from, end, String(wanted), String(pageBytes - size));
    const rows = Array.isArray(reply) ? (reply as readonly Buffer[]) : [];
    let isWhole = true;
    for (const row of rows) {
      from = Buffer.concat([row, Buffer.of(0)]);
      const event = readRow(row, executionId);
      if (event === null) isWhole = false;
      else events.push(event);
      if (event !== null) size += row.length;
    }
    if (isWhole) break;
  }
  return events;
}

/** The number of the last event; 0: there is none. */
export async function readLastSeq(executionId: string, ask: Ask): Promise<number> {
  const nameLength = String(eventNameLength(executionId));
  const name = await ask(eventRowsOf(executionId), endOfEventRows(executionId), nameLength);
  return Buffer.isBuffer(name) ? eventSeq(name, executionId) : 0;
}

function readRow(row: Buffer, executionId: string): StoredEvent | null {
  const what = `event ${eventSeq(row, executionId)} of execution ${executionId}`;
  return readEvent(row.subarray(eventNameLength(executionId)), what);
}
