import {
  type ErrorCode,
  defaultMaxFrameBytes,
  encodeFrames,
  frameFlagMore,
  frameHeaderBytes,
  packMessage,
} from "@holdfast/core";

/**
 * The bytes of a message on the wire, header and payload.
 * @param options `maxFrameBytes`: a message that is larger comes in several frames. @default 16 MiB
 */
export function buildFrame(
  message: { readonly type: string },
  { maxFrameBytes }: { readonly maxFrameBytes?: number } = {},
): Buffer {
  return Buffer.concat(encodeFrames(packMessage(message), maxFrameBytes));
}

/**
 * A frame of any header, right or wrong.
 * @param header `length` in bytes and `flags` as they are written, whatever the payload. @default as long as it is, no flags
 */
export function buildRawFrame(
  payload: Uint8Array,
  {
    length = payload.length,
    flags = 0,
  }: { readonly length?: number; readonly flags?: number } = {},
): Buffer {
  const frame = Buffer.alloc(frameHeaderBytes + payload.length);
  frame.writeUInt32BE(length, 0);
  frame[4] = flags;
  frame.set(payload, frameHeaderBytes);
  return frame;
}

/** Bytes that are wrong in one way, and the error that whoever receives them must come to. */
export interface BrokenFrame {
  readonly title: string;
  readonly bytes: Buffer;
  /** `null`: only the end of the stream shows that something is missing. */
  readonly code: ErrorCode | null;
}

/**
 * One example of each way in which what arrives can be no message, for peers with the default limits. Every channel must end
 * for it, and only the channel. For messages that are whole but wrong see {@link brokenWorkerMessages}.
 */
export function brokenFrames(): readonly BrokenFrame[] {
  const hello = packMessage({ type: "shutdown" });
  const msgpack = (...bytes: number[]) => buildRawFrame(Uint8Array.from(bytes));
  return [
    { title: "a header that is cut short", bytes: buildRawFrame(hello).subarray(0, 3), code: null },
    {
      title: "a payload that is cut short",
      bytes: buildRawFrame(hello).subarray(0, -1),
      code: null,
    },
    { title: "unknown flags", bytes: buildRawFrame(hello, { flags: 0x80 }), code: "frame_invalid" },
    {
      title: "an empty frame that says that more follows",
      bytes: buildRawFrame(new Uint8Array(), { flags: frameFlagMore }),
      code: "frame_invalid",
    },
    {
      title: "a length of one byte too many",
      bytes: buildRawFrame(hello, { length: defaultMaxFrameBytes + 1 }),
      code: "frame_too_large",
    },
    {
      title: "a length of 4 GiB",
      bytes: buildRawFrame(hello, { length: 0xffff_ffff }),
      code: "frame_too_large",
    },
    {
      title: "words of another protocol",
      bytes: Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      code: "frame_invalid",
    },
    { title: "an empty message", bytes: buildRawFrame(new Uint8Array()), code: "message_invalid" },
    { title: "the byte 0xc1", bytes: msgpack(0xc1), code: "message_invalid" },
    { title: "an extension", bytes: msgpack(0xd4, 0x00, 0x00), code: "message_invalid" },
    { title: "a text that is cut short", bytes: msgpack(0xa5, 0x61), code: "message_invalid" },
    {
      title: "a text that is not UTF-8",
      bytes: msgpack(0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xa2, 0xff, 0xfe),
      code: "message_invalid",
    },
    {
      title: "a count that nothing follows",
      bytes: msgpack(0xdd, 0xff, 0xff, 0xff, 0xff),
      code: "message_invalid",
    },
    {
      title: "nesting without end",
      bytes: buildRawFrame(new Uint8Array(1_000).fill(0x91)),
      code: "message_invalid",
    },
    {
      title: "a key that stands twice",
      bytes: msgpack(0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2),
      code: "message_invalid",
    },
    {
      title: "bytes after the message",
      bytes: buildRawFrame(Buffer.concat([hello, Uint8Array.of(0xc0)])),
      code: "message_invalid",
    },
    {
      title: "a message of no known type",
      bytes: buildFrame({ type: "gossip" }),
      code: "message_invalid",
    },
    {
      title: "a message without its fields",
      bytes: buildFrame({ type: "started" }),
      code: "message_invalid",
    },
  ];
}
