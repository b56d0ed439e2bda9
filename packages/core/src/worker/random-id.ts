import { randomFillSync } from "node:crypto";

// The system call behind it costs as much for 4 KiB as for one id, and one id is made for each execution.
const stock = Buffer.allocUnsafeSlow(4096);
let at = stock.length;

/** An id that nobody guesses: 128 random bits, as 32 hexadecimal digits. */
export function randomId(): string {
  return randomHex(16);
}

/** So many random bytes, at most 4,096, as hexadecimal digits. */
export function randomHex(byteCount: number): string {
  if (at + byteCount > stock.length) {
    randomFillSync(stock);
    at = 0;
  }
  const hex = stock.toString("hex", at, at + byteCount);
  stock.fill(0, at, at + byteCount); // told once
  at += byteCount;
  return hex;
}
