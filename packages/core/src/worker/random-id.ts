import { randomBytes } from "node:crypto";

/** An id that nobody guesses: 128 random bits, as 32 hexadecimal digits. */
export function randomId(): string {
  return randomBytes(16).toString("hex");
}
