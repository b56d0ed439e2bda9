import { Writable } from "node:stream";
import { defineProperty, nextTick, utf8Bytes } from "../primordials.ts";

/** Which of the two. */
export type Stream = "stdout" | "stderr";

type Callback = (error?: Error | null) => void;

/**
 * What `process.stdout` and `process.stderr` are in a session. Each write is done when it returns, and holds nothing back, so that
 * output has the order in which things happened; and nothing of it is half done when code is interrupted.
 */
export function createOutputStream(
  stream: Stream,
  write: (stream: Stream, bytes: Uint8Array) => void,
): NodeJS.WriteStream {
  const output = new Writable({ decodeStrings: false, emitClose: false });
  const own = {
    fd: stream === "stdout" ? 1 : 2,
    _type: "pipe",
    _isStdio: true,
    write(chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
      const done = typeof encoding === "function" ? encoding : callback;
      write(stream, bytesOf(chunk, typeof encoding === "string" ? encoding : "utf8"));
      if (typeof done === "function") nextTick(done, null);
      return true;
    },
    // As of any process: they cannot be ended, but what ends them is told that they were.
    end(chunk?: unknown, encoding?: unknown, callback?: unknown): NodeJS.WritableStream {
      const done = [chunk, encoding, callback].find((one) => typeof one === "function");
      if (typeof chunk !== "function" && chunk !== undefined && chunk !== null) {
        own.write(chunk, encoding as BufferEncoding);
      }
      nextTick(() => {
        if (done !== undefined) (done as Callback)();
        output.emit("finish");
      });
      return output;
    },
    destroy: () => output,
    _destroy(error: Error | null, callback: Callback) {
      callback(error);
    },
  };
  for (const [name, value] of Object.entries(own)) {
    defineProperty(output, name, { value, writable: true, configurable: true, enumerable: true });
  }
  return output as unknown as NodeJS.WriteStream;
}

function bytesOf(chunk: unknown, encoding: BufferEncoding): Uint8Array {
  if (typeof chunk === "string") {
    return encoding === "utf8" ? utf8Bytes(chunk) : Buffer.from(chunk, encoding);
  }
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  const error = new TypeError(
    `The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ${typeof chunk}`,
  );
  throw Object.assign(error, { code: "ERR_INVALID_ARG_TYPE" });
}
