import { HoldfastError } from "../errors/holdfast-error.ts";
import { decodeRecord } from "./record-codec.ts";
import type { StoredRows } from "./store.ts";
import { type StoredEvent, storedEventSchema } from "./stored-event.ts";
import { type StoredExecution, storedExecutionSchema } from "./stored-execution.ts";

/** Reads each row by itself, so that one which is damaged does not take the others with it. */
export function readRows<Row, T>(rows: Iterable<Row>, read: (row: Row) => T): StoredRows<T> {
  const records: T[] = [];
  const damaged: HoldfastError[] = [];
  for (const row of rows) {
    try {
      records.push(read(row));
    } catch (error) {
      if (!HoldfastError.is(error) || error.code !== "store_invalid") throw error;
      damaged.push(error);
    }
  }
  return { records, damaged };
}

/** @throws HoldfastError `store_invalid` */
export function decodeExecution(bytes: unknown, id: string): StoredExecution {
  return decodeRecord(bytes, storedExecutionSchema, `execution ${id}`);
}

/** One stored event; `null` when it cannot be read. */
export function readEvent(bytes: unknown, what: string): StoredEvent | null {
  return readRows([bytes], (one) => decodeRecord(one, storedEventSchema, what)).records[0] ?? null;
}
