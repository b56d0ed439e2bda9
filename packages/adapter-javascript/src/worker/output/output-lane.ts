import {
  O_CLOEXEC,
  O_NONBLOCK,
  O_WRONLY,
  arrayPush,
  block,
  closeSync,
  fstatSync,
  hasCode,
  openSync,
  statSync,
  writeSync,
} from "../primordials.ts";
import type { Stream } from "./output-stream.ts";

const descriptors = { stdout: 1, stderr: 2 } as const;

const nothing = statSync("/dev/null").rdev;

// How often the number of a descriptor is tried for: a thread of Node's may open a file in the very moment in which it is free.
const attempts = 100;

// How much is written until it is looked whether anybody still wants it: what is read as fast as it is written waits never.
const watchBytes = 32 * 1024;

// As much as a pipe holds. More than that libuv writes on and on by itself, for as long as there is a reader.
const pieceBytes = 64 * 1024;

/** One FIFO, as descriptor 1 or 2 for native code and children, and once more for what JavaScript writes. */
interface End {
  readonly path: string;
  /** Of the FIFO: whether a descriptor is still what it was is told by this. */
  readonly inode: number;
  /** Does not block, so that code which waits for the reader can be interrupted. */
  own: number;
}

/**
 * Where the output of executions goes. The pair of FIFOs is kept from one to the next, unless somebody else may hold it: then
 * the session has to see whether that is so, and the descriptors point at nothing until the next execution.
 */
export class OutputLane {
  readonly #waitForReader: (times: number) => void;
  readonly #isInterrupted: () => boolean;
  #unwatched = 0;
  #isTaken = false;
  #ends: { readonly stdout: End; readonly stderr: End } | null = null;

  /**
   * @param waitForReader blocks for a moment, and for as long as the code is interrupted and not ended; it is called again and
   *   again while a pipe is full, with how often before
   * @param isInterrupted whether nothing more is to be written
   */
  constructor(waitForReader: (times: number) => void, isInterrupted: () => boolean) {
    this.#waitForReader = waitForReader;
    this.#isInterrupted = isInterrupted;
  }

  /** Points the descriptors at these FIFOs. */
  attach(stdout: string, stderr: string): void {
    const ends = this.#ends;
    if (ends !== null && ends.stdout.path === stdout && ends.stderr.path === stderr) {
      this.#mend("stdout", ends.stdout);
      this.#mend("stderr", ends.stderr);
      return;
    }
    this.detach();
    const isFirst = !this.#isTaken;
    this.#isTaken = true;
    this.#ends = { stdout: openEnd(stdout, 1, isFirst), stderr: openEnd(stderr, 2, isFirst) };
  }

  /** The FIFOs that the descriptors are pointed at. */
  get paths(): { readonly stdoutPath: string; readonly stderrPath: string } | null {
    const ends = this.#ends;
    return ends === null ? null : { stdoutPath: ends.stdout.path, stderrPath: ends.stderr.path };
  }

  /** Lets go of the FIFOs. */
  detach(): void {
    const ends = this.#ends;
    if (ends === null) return;
    this.#ends = null;
    close(ends.stdout.own);
    close(ends.stderr.own);
    open("/dev/null", O_WRONLY, 1, ends.stdout.inode);
    open("/dev/null", O_WRONLY, 2, ends.stderr.inode);
  }

  /** Writes all of it, or as much as there is a reader for; waits while the pipe is full. */
  write(stream: Stream, bytes: Uint8Array): void {
    const end = this.#ends?.[stream];
    if (end === undefined) return;
    for (let at = 0, times = 0; at < bytes.byteLength;) {
      try {
        const length = Math.min(bytes.byteLength - at, pieceBytes);
        const written = writeSync(end.own, bytes, at, length, null);
        at += written;
        this.#unwatched += written;
        if (this.#unwatched >= watchBytes) {
          this.#unwatched = 0;
          if (this.#isInterrupted()) this.#waitForReader(0);
        }
        // A reader that has come back may keep up from now on.
        if (times > 0) {
          times = 1;
          this.#waitForReader(0);
        }
      } catch (error) {
        if (hasCode(error, "EAGAIN")) this.#waitForReader(times++);
        else if (hasCode(error, "EBADF")) end.own = openSync(end.path, O_WRONLY | O_NONBLOCK);
        else return; // nobody reads any more
      }
    }
  }

  /** What user code has closed, or put something else in the place of, is made anew. */
  #mend(stream: Stream, end: End): void {
    const fd = descriptors[stream];
    if (inodeOf(fd) !== end.inode) open(end.path, O_WRONLY, fd);
    if (inodeOf(end.own) !== end.inode)
      end.own = openSync(end.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  }
}

/** `isFirst`: what the process was born with may be closed for it. */
function openEnd(path: string, fd: number, isFirst: boolean): End {
  if (isFirst) close(fd);
  open(path, O_WRONLY, fd);
  const own = openSync(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  return { path, inode: inodeOf(own), own };
}

/**
 * Opens a file as this descriptor: a file gets the lowest that is free. A thread of Node's may open one in the very moment in
 * which this is; that is left alone, and waited for.
 * @param inode of what may be closed for it, beside `/dev/null`
 */
export function open(path: string, flags: number, fd: number, inode = -1): void {
  if (inodeOf(fd) === inode || isNothing(fd)) close(fd);
  const tooLow: number[] = [];
  for (let i = 0; i < attempts; i++) {
    const opened = openSync(path, flags);
    if (opened === fd) break;
    if (opened < fd) {
      arrayPush(tooLow, opened);
    } else {
      close(opened);
      block(1);
    }
  }
  for (let i = 0; i < tooLow.length; i++) close(tooLow[i] as number);
}

/** Whether it is `/dev/null`. */
export function isNothing(fd: number): boolean {
  try {
    return fstatSync(fd).rdev === nothing;
  } catch {
    return false;
  }
}

function inodeOf(fd: number): number {
  try {
    return fstatSync(fd).ino;
  } catch {
    return -1;
  }
}

function close(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // It was closed before.
  }
}
