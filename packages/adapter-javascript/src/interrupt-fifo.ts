import { closeSync, constants, writeSync } from "node:fs";
import { join } from "node:path";
import { openFifo } from "@holdfast/core";

/** The name of the FIFO in the private folder of a worker, made before it starts. */
export const interruptFifo = "interrupt";

/**
 * Tells the thread beside a worker's main one to interrupt the execution of this number, counted from 1.
 * @returns whether it listens: it comes up a moment after the worker
 */
export function writeInterrupt(directory: string, number: number): boolean {
  let fd: number;
  try {
    fd = openFifo(join(directory, interruptFifo), constants.O_WRONLY);
  } catch {
    return false; // it does not listen yet, or the worker has gone
  }
  try {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    writeSync(fd, bytes);
    return true;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}
