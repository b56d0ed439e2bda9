import { type ControlWords, wait } from "./control-words.ts";
import { type FileSystem, errno } from "./file-system.ts";

const shortestWaitMs = 0.05;
const longestWaitMs = 10;

/**
 * Writes to a descriptor that does not block, again and again until it takes something.
 * @throws ErrnoError EINTR when a signal comes meanwhile, unless `isTorn` says that it has to wait; the system's error
 */
export function writeWaiting(
  write: () => number,
  {
    words,
    files,
    isTorn,
  }: { readonly words: ControlWords; readonly files: FileSystem; readonly isTorn: boolean },
): number {
  let waitMs = shortestWaitMs;
  for (;;) {
    try {
      return write();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw toErrno(files, error);
    }
    if (isTorn) Atomics.wait(pause, 0, 0, waitMs);
    else if (wait(words, () => false, waitMs) === "signal") throw new files.ErrnoError(errno.EINTR);
    waitMs = Math.min(2 * waitMs, longestWaitMs);
  }
}

const pause = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** The system's error as Emscripten has it. */
export function toErrno(files: FileSystem, error: unknown): Error {
  const known = files.filesystems.NODEFS.convertNodeCode(error as NodeJS.ErrnoException);
  return new files.ErrnoError(known ?? errno.EIO);
}
