import { constants, closeSync, openSync, readSync, writeSync } from "node:fs";
import type { ControlWords } from "./control-words.ts";
import type { FileSystem, Stream } from "./file-system.ts";
import { toErrno, writeWaiting } from "./write-waiting.ts";

const accessMode = 3;

// As much as a pipe holds. More than that libuv writes on and on by itself, for as long as there is a reader.
const pieceBytes = 64 * 1024;

/**
 * Lets Python open what is neither a file nor a folder, such as the FIFOs of its session: Emscripten takes it for invalid.
 * Writes wait for room and notice signals meanwhile; an `open` that waits for the other end does not.
 */
export function allowPipes(files: FileSystem, words: ControlWords): void {
  const { NODEFS } = files.filesystems;
  const createNode = NODEFS.createNode.bind(NODEFS);
  const operations = {
    ...NODEFS.stream_ops,
    open(stream: Stream) {
      attempt(files, () => {
        stream.nfd = openPipe(NODEFS.realPath(stream.node), stream.flags & accessMode);
        stream.shared.refcount = 1;
        stream.seekable = false;
      });
    },
    close(stream: Stream) {
      const left = --(stream.shared as { refcount: number }).refcount;
      if (left === 0) attempt(files, () => closeSync(stream.nfd as number));
    },
    read: (stream: Stream, heap: Int8Array, offset: number, length: number) =>
      attempt(files, () => readSync(stream.nfd as number, heap, offset, length, null)),
    write: (stream: Stream, heap: Int8Array, offset: number, length: number) =>
      writeWaiting(
        () => writeSync(stream.nfd as number, heap, offset, Math.min(length, pieceBytes)),
        {
          words,
          files,
          isTorn: false,
        },
      ),
  };
  NODEFS.createNode = (parent, name, mode, device) => {
    if (files.isDir(mode) || files.isFile(mode) || files.isLink(mode))
      return createNode(parent, name, mode, device);
    const node = files.createNode(parent, name, mode, device);
    node.node_ops = NODEFS.node_ops;
    node.stream_ops = operations;
    return node;
  };
}

function openPipe(path: string, access: number): number {
  if (access === constants.O_RDONLY) return openSync(path, access);
  try {
    return openSync(path, access | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
  }
  // Nobody reads: until somebody comes, this waits. What blocks here is opened a second time, so that writing does not.
  const blocking = openSync(path, access);
  try {
    return openSync(`/proc/self/fd/${blocking}`, access | constants.O_NONBLOCK);
  } finally {
    closeSync(blocking);
  }
}

function attempt<Result>(files: FileSystem, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw toErrno(files, error);
  }
}
