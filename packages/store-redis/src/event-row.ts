const seqBytes = 8;

/**
 * The first bytes of a stored event, by which rows are in the order of their numbers:
 *
 * ```
 * +-----------+--------------+---------------+----------------+
 * | u16 (big) | execution id | u64 (big) seq | record, msgpack|
 * +-----------+--------------+---------------+----------------+
 * ```
 */
export function eventRowName(executionId: string, seq: number): Buffer {
  const rows = eventRowsOf(executionId);
  const name = Buffer.alloc(rows.length + seqBytes);
  rows.copy(name);
  name.writeBigUInt64BE(BigInt(seq), rows.length);
  return name;
}

/** What all rows of an execution begin with. */
export function eventRowsOf(executionId: string): Buffer {
  const id = Buffer.from(executionId);
  const rows = Buffer.alloc(2 + id.length);
  rows.writeUInt16BE(id.length);
  id.copy(rows, 2);
  return rows;
}

/** Greater than all rows of an execution: no number begins so. */
export function endOfEventRows(executionId: string): Buffer {
  return Buffer.concat([eventRowsOf(executionId), Buffer.of(0xff)]);
}

/** How long the name of a row is. */
export function eventNameLength(executionId: string): number {
  return 2 + Buffer.byteLength(executionId) + seqBytes;
}

/** The number in a row, or in its name; 0 in what is none of ours. */
export function eventSeq(row: Buffer, executionId: string): number {
  const length = eventNameLength(executionId);
  const seq = row.length < length ? 0 : Number(row.readBigUInt64BE(length - seqBytes));
  return Number.isSafeInteger(seq) ? seq : 0;
}
