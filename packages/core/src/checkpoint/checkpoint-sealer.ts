import { randomBytes } from "node:crypto";
import type { CheckpointReport } from "../worker/worker.ts";
import type { CheckpointEnd, CheckpointHeader } from "./checkpoint.ts";
import type { CheckpointKey } from "./checkpoint-key.ts";
import { boundedReport } from "./bounded-report.ts";
import { dataTag, endTag, headerTag, streamKeyOf } from "./seal-tags.ts";
import {
  dataRecord,
  endRecord,
  formatVersion,
  magic,
  maxDataBytes,
  preambleAt,
  recordHeadBytes,
  recordOverheadBytes,
  saltBytes,
} from "./sealed-layout.ts";

/**
 * Seals the state of one checkpoint: {@link start} once, {@link seal} for each piece in order, {@link end} once. What they
 * give is to be written in that order. Holds one record of 256 KiB, whatever the size of the state.
 */
export class CheckpointSealer {
  readonly #start: Buffer;
  readonly #streamKey: Buffer;
  /** One record: its payload is filled where it is sent from. */
  readonly #record = Buffer.allocUnsafe(maxDataBytes + recordOverheadBytes);
  #filled = 0;
  #records = 0;
  #sizeBytes = 0;

  constructor(header: CheckpointHeader, key: CheckpointKey) {
    const json = Buffer.from(JSON.stringify(header));
    const preamble = Buffer.alloc(preambleAt.end);
    preamble.set(magic);
    preamble[preambleAt.version] = formatVersion;
    preamble.set(key.id, preambleAt.keyId);
    preamble.set(randomBytes(saltBytes), preambleAt.salt);
    preamble.writeUInt32BE(json.length, preambleAt.headerLength);
    this.#start = Buffer.concat([preamble, json]);
    this.#streamKey = streamKeyOf(key, this.#start);
  }

  /** Bytes of state so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  start(): Buffer {
    return Buffer.concat([this.#start, headerTag(this.#streamKey)]);
  }

  /** The records that this piece completes. Each is a view that is valid until the next is asked for. */
  *seal(piece: Uint8Array): Generator<Buffer, void> {
    this.#sizeBytes += piece.length;
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + maxDataBytes - this.#filled);
      this.#record.set(part, recordHeadBytes + this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === maxDataBytes) yield this.#closeRecord();
    }
  }

  /** The rest, and the end with what the worker reported. */
  end(report: CheckpointReport): { readonly bytes: Buffer; readonly end: CheckpointEnd } {
    const rest = this.#filled > 0 ? this.#closeRecord() : Buffer.alloc(0);
    const end = {
      ...boundedReport(report),
      sizeBytes: this.#sizeBytes,
      records: this.#records,
    };
    const payload = Buffer.from(JSON.stringify(end));
    const head = Buffer.alloc(recordHeadBytes);
    head[0] = endRecord;
    head.writeUInt32BE(payload.length, 1);
    const trailer = Buffer.alloc(4);
    trailer.writeUInt32BE(payload.length + recordOverheadBytes);
    const tag = endTag(this.#streamKey, payload);
    return { bytes: Buffer.concat([rest, head, payload, tag, trailer]), end };
  }

  #closeRecord(): Buffer {
    const length = this.#filled;
    const payload = this.#record.subarray(recordHeadBytes, recordHeadBytes + length);
    this.#record[0] = dataRecord;
    this.#record.writeUInt32BE(length, 1);
    this.#record.set(dataTag(this.#streamKey, this.#records, payload), recordHeadBytes + length);
    this.#records++;
    this.#filled = 0;
    return this.#record.subarray(0, length + recordOverheadBytes);
  }
}
