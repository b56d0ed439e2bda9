const mostItems = 20_000;
const mostCodePoints = 200_000;
const mostBytes = 4 * 1024 * 1024;

/** Of the message's maps and arrays, of which it may nest 64. */
export const mostDepth = 56;

/** How much of a value may still be sent, and whether something was left out. */
export class EncodeBudget {
  items = mostItems;
  codePoints = mostCodePoints;
  bytes = mostBytes;
  isTruncated = false;
  /** The objects that hold the one that is encoded. */
  readonly parents = new Set<object>();

  /** Whether nothing more fits; that something was left out is noted then. */
  isSpent(): boolean {
    const isSpent = this.items <= 0 || this.bytes < 0;
    this.isTruncated ||= isSpent;
    return isSpent;
  }

  /** How many of these bytes or characters fit. */
  takeBytes(count: number): number {
    const taken = Math.max(0, Math.min(count, this.bytes));
    this.isTruncated ||= taken < count;
    this.bytes -= taken;
    return taken;
  }
}
