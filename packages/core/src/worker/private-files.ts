import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename } from "node:path";
import { HoldfastError } from "../errors/holdfast-error.ts";

/*
 * Files of a private folder. User code runs as our user, and may put anything in their place: a FIFO that nobody reads, a
 * link to /dev/zero, a folder. So none of this follows a link, and none of it waits for somebody else.
 */

const { O_CREAT, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * Opens a FIFO, without waiting for its other end.
 * @param access `O_RDONLY`, `O_WRONLY` or `O_RDWR`
 * @throws HoldfastError `worker_lost` when something else stands there; the system's error when nothing does
 */
export function openFifo(path: string, access: number): number {
  const fd = openInPlace(path, access);
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw notOurs(path);
}

/**
 * Makes a file, in place of what may stand there, and answers its descriptor.
 * @throws HoldfastError `worker_lost` when what stands there cannot be removed, or the folder is gone; the system's error
 */
export function createPrivateFile(path: string): number {
  try {
    rmSync(path, { force: true });
    return openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    throw /EISDIR|EEXIST|ENOTDIR|ENOENT|ELOOP/.test(code) ? notOurs(path, cause) : cause;
  }
}

/** Writes a file, in place of what may stand there. @throws as {@link createPrivateFile} */
export function writePrivateFile(path: string, content: string | Uint8Array): void {
  const fd = createPrivateFile(path);
  try {
    writeFileSync(fd, content);
  } finally {
    closeSync(fd);
  }
}

/** A file that was opened for reading, with what it had in it at that time. */
export interface OpenedFile {
  readonly fd: number;
  readonly size: number;
}

/**
 * Opens a regular file for reading.
 * @throws HoldfastError `worker_lost` when something else stands there; the system's error when nothing does
 */
export function openPrivateFile(path: string): OpenedFile {
  const fd = openInPlace(path, O_RDONLY);
  const stat = fstatSync(fd);
  if (stat.isFile()) return { fd, size: stat.size };
  closeSync(fd);
  throw notOurs(path);
}

/**
 * What a regular file has in it; what is written to it meanwhile may be missing.
 * @throws HoldfastError `worker_lost` when something else stands there, `payload_too_large`; the system's error when nothing does
 */
export function readPrivateFile(path: string, maxBytes: number): Buffer {
  const { fd, size } = openPrivateFile(path);
  try {
    if (size > maxBytes) throw tooLarge(path, size, maxBytes);
    const bytes = Buffer.allocUnsafe(size);
    let length = 0;
    while (length < size) {
      const read = readSync(fd, bytes, length, size - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

function openInPlace(path: string, access: number): number {
  try {
    return openSync(path, access | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "ELOOP" ? notOurs(path, cause) : cause;
  }
}

function notOurs(path: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: "worker_lost",
    message: `${basename(path)} of a worker: something else stands where it was`,
    cause,
  });
}

function tooLarge(path: string, size: number, maxBytes: number): HoldfastError {
  return new HoldfastError({
    code: "payload_too_large",
    message: `${basename(path)} of a worker: received ${size} bytes, allowed ${maxBytes}`,
    details: { size, maxBytes },
  });
}
