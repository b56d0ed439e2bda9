import { defaultMaxFrameBytes, frameFlagMore, frameHeaderBytes } from "./frame-layout.ts";

// Up to here one copy into one buffer costs less than a second write.
const joinBytes = 64 * 1024;

/**
 * The frames of one message, as buffers to be written in this order; the payload of a large one is not copied.
 * A message of more than `maxFrameBytes` is cut into several frames.
 */
export function encodeFrames(
  message: Uint8Array,
  maxFrameBytes = defaultMaxFrameBytes,
): Uint8Array[] {
  if (message.length <= Math.min(joinBytes, maxFrameBytes)) {
    const frame = Buffer.allocUnsafe(frameHeaderBytes + message.length);
    writeHeader(frame, message.length, 0);
    frame.set(message, frameHeaderBytes);
    return [frame];
  }
  const frames: Uint8Array[] = [];
  for (let start = 0; start < message.length; start += maxFrameBytes) {
    const payload = message.subarray(start, start + maxFrameBytes);
    const isLast = start + maxFrameBytes >= message.length;
    const header = Buffer.allocUnsafe(frameHeaderBytes);
    writeHeader(header, payload.length, isLast ? 0 : frameFlagMore);
    frames.push(header, payload);
  }
  return frames;
}

function writeHeader(into: Buffer, length: number, flags: number): void {
  into.writeUInt32BE(length, 0);
  into[4] = flags;
}
