import { StringDecoder } from "node:string_decoder";

/** What the shell says on its status FIFO. */
export interface StatusRecord {
  /**
   * H: it is up. B: the streams are open. E: an execution has ended. P: it asks whether it may start afresh, after a fatal
   * error or an interrupt. R: it has, and the execution has ended. S: an answer. T: a trap of the user's has had the interrupt.
   */
  readonly type: "H" | "B" | "E" | "P" | "R" | "S" | "T";
  /** The nonce of the execution, empty where there is none; for H the version, for S the question's number. */
  readonly subject: string;
  /** Exit status, where one is said. */
  readonly status: number;
  /** The shell's option letters (`$-`) at that time. */
  readonly flags: string;
  /** The commands that set the EXIT, DEBUG and RTMAX traps again, as `trap -p` prints them. */
  readonly traps: string;
}

// User code's traps are in it.
const maxRecordLength = 16 << 20;

/** Cuts the bytes of the status FIFO into records. What is no record is dropped and counted. */
export class StatusReader {
  readonly #decoder = new StringDecoder("utf8"); // a character may come in two reads
  /** What has come of a record that has no end yet. */
  #pending: string[] = [];
  #pendingLength = 0;
  #dropped = 0;

  get dropped(): number {
    return this.#dropped;
  }

  /** `false`: a record is longer than any may be. */
  read(bytes: Uint8Array, onRecord: (record: StatusRecord) => void): boolean {
    const [first = "", ...others] = this.#decoder.write(bytes).split("\0");
    this.#pending.push(first);
    this.#pendingLength += first.length;
    for (const next of others) {
      const record = parseRecord(this.#pending.join(""));
      this.#pending = [next];
      this.#pendingLength = next.length;
      if (record === null) this.#dropped++;
      else onRecord(record);
    }
    return this.#pendingLength <= maxRecordLength;
  }
}

/** A record's parts, `null` when it is none. */
export function parseRecord(text: string): StatusRecord | null {
  const end = text.indexOf("\n");
  const head = end < 0 ? text : text.slice(0, end);
  const match = /^([HBEPRST])(?: ([\w.()-]*))?(?: (\d{1,3}))?(?: (\w*))?$/.exec(head);
  if (match === null) return null;
  const [, type, subject = "", status = "0", flags = ""] = match;
  return {
    type: type as StatusRecord["type"],
    subject,
    status: exitStatus(Number(status)),
    flags,
    traps: end < 0 ? "" : text.slice(end + 1),
  };
}

/** What a shell ends with for the numbers over 255 that bash has for itself: 2 for errors of syntax and use, else 1. */
function exitStatus(status: number): number {
  return status <= 255 ? status : status <= 258 ? 2 : 1;
}
