import { frameHeaderBytes } from "@holdfast/core";
import type { SeededRandom } from "./seeded-random.ts";

/** What becomes of a frame on its way. */
export interface FrameFate {
  /** What goes on in its place, in order. */
  readonly bytes: readonly Uint8Array[];
  /** Whether the stream ends behind it. @default false */
  readonly isLast?: boolean;
}

/**
 * Decides about a frame, header and payload together.
 * @param index of the frame in its direction, from 0
 */
export type FrameFault = (frame: Buffer, index: number) => FrameFate | Promise<FrameFate>;

/** All frames pass, but for those that `faults` has something for, by index. */
export function faultAt(faults: Readonly<Record<number, FrameFault>>): FrameFault {
  return (frame, index) => faults[index]?.(frame, index) ?? { bytes: [frame] };
}

/** Flips one bit of its payload, or of its header where it has none. */
export function garbleFrame(random: SeededRandom): FrameFault {
  return (frame) => {
    const garbled = Buffer.from(frame);
    const at = random.integer(Math.min(frameHeaderBytes, frame.length - 1), frame.length - 1);
    garbled[at] = (garbled[at] ?? 0) ^ (1 << random.integer(0, 7));
    return { bytes: [garbled] };
  };
}

/** Ends the stream within the frame. @param length of what still comes; 0 to all but one */
export function truncateFrame(length: number): FrameFault {
  return (frame) => ({
    bytes: [frame.subarray(0, Math.min(length, frame.length - 1))],
    isLast: true,
  });
}

/** Keeps it, and all behind it, until `gate` settles. */
export function delayFrame(gate: Promise<unknown>): FrameFault {
  return async (frame) => {
    await gate;
    return { bytes: [frame] };
  };
}

/** Loses it. */
export const dropFrame: FrameFault = () => ({ bytes: [] });

/** Sends it twice. */
export const doubleFrame: FrameFault = (frame) => ({ bytes: [frame, frame] });

/** Says that it is 4 GiB long. */
export const oversizeFrame: FrameFault = (frame) => {
  const oversized = Buffer.from(frame);
  oversized.writeUInt32BE(0xffff_ffff, 0);
  return { bytes: [oversized] };
};
