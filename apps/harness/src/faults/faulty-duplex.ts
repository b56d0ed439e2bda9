import { Duplex, Transform, pipeline } from "node:stream";
import { frameHeaderBytes } from "@holdfast/core";
import type { FrameFault } from "./frame-fault.ts";

/** What becomes of the frames of a stream, by direction. */
export interface FaultyDuplexOptions {
  /** Of what is read. @default all pass */
  readonly incoming?: FrameFault;
  /** Of what is written. @default all pass */
  readonly outgoing?: FrameFault;
}

/**
 * A stream of frames, such as that of a channel, with faults on the way. Back-pressure passes through; the end of either
 * is the end of the other.
 */
export function faultyDuplex(stream: Duplex, options: FaultyDuplexOptions = {}): Duplex {
  const incoming = frameTransform(options.incoming ?? pass);
  const outgoing = frameTransform(options.outgoing ?? pass);
  // Errors reach whoever holds the stream itself; here they only end both.
  pipeline(stream, incoming, () => {});
  pipeline(outgoing, stream, () => {});
  return Duplex.from({ readable: incoming, writable: outgoing });
}

const pass: FrameFault = (frame) => ({ bytes: [frame] });

function frameTransform(fault: FrameFault): Transform {
  let pending = Buffer.alloc(0);
  let index = 0;
  let hasEnded = false;
  return new Transform({
    async transform(chunk: Buffer, _encoding, done) {
      try {
        pending = Buffer.concat([pending, chunk]);
        for (
          let frame = firstFrame(pending);
          frame !== null && !hasEnded;
          frame = firstFrame(pending)
        ) {
          pending = pending.subarray(frame.length);
          const { bytes, isLast = false } = await fault(frame, index++);
          for (const part of bytes) this.push(part);
          hasEnded = isLast;
          if (isLast) this.push(null);
        }
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      done(null, hasEnded ? null : pending);
    },
  });
}

function firstFrame(bytes: Buffer): Buffer | null {
  if (bytes.length < frameHeaderBytes) return null;
  const length = frameHeaderBytes + bytes.readUInt32BE(0);
  return bytes.length < length ? null : Buffer.from(bytes.subarray(0, length));
}
