import { type StoredRows, damagedRow, readRows } from "@holdfast/core";
import { RedisReply } from "./redis-error.ts";

/** One row of a reply: its id, and its bytes, `null` where nothing is there, or what Redis answered in their place. */
export type Row = readonly [id: string, data: unknown];

// So many answers are waited for at once: they are held until the last has come.
const batchSize = 500;

/** Asks for the rows of many, each for itself, so that one whose key holds something else does not take the others with it. */
export async function askForRows(
  ids: readonly string[],
  ask: (id: string) => Promise<unknown>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let begin = 0; begin < ids.length; begin += batchSize) {
    const batch = ids.slice(begin, begin + batchSize);
    rows.push(
      ...(await Promise.all(batch.map(async (id): Promise<Row> => [id, await orReply(ask(id))]))),
    );
  }
  return rows;
}

/** Reads each row by itself. @param what names a row, for the message of one that cannot be read */
export function readReplies<T>(
  rows: readonly Row[],
  what: (id: string) => string,
  read: (data: unknown, id: string) => T,
): StoredRows<T> {
  return readRows(rows, ([id, data]) => {
    if (data instanceof RedisReply) throw damagedRow(what(id), "its key holds something else");
    return read(data, id);
  });
}

/** Texts of a reply. */
export function texts(reply: unknown): readonly string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

/** What a reply tells in turns: ids and data. */
export function pairs(reply: unknown): readonly Row[] {
  const all: readonly unknown[] = Array.isArray(reply) ? reply : [];
  return all.flatMap((id, index) =>
    index % 2 === 0 ? [[String(id), all[index + 1]] as const] : [],
  );
}

/** What Redis answers to a key that holds something else, as a value. */
export async function orReply(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof RedisReply && error.word === "WRONGTYPE") return error;
    throw error;
  }
}
