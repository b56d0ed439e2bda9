import { describe, expect, it } from "vitest";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { encodeFrames } from "./encode-frames.ts";
import { FrameDecoder, type FrameDecoderOptions } from "./frame-decoder.ts";
import { frameFlagMore, frameHeaderBytes } from "./frame-layout.ts";

const cases = Number(process.env["HOLDFAST_FUZZ_CASES"] ?? 20_000);

/** mulberry32: the same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function frame(payload: Uint8Array, flags = 0, length = payload.length): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt32BE(length);
  header[4] = flags;
  return Buffer.concat([header, payload]);
}

function decodeAll(chunks: readonly Uint8Array[], options?: FrameDecoderOptions): Buffer[] {
  const decoder = new FrameDecoder(options);
  const messages: Buffer[] = [];
  for (const chunk of chunks)
    decoder.decode(chunk, (message) => messages.push(Buffer.from(message)));
  expect(decoder.pendingBytes).toBe(0);
  return messages;
}

function failure(run: () => void): HoldfastError {
  try {
    run();
  } catch (error) {
    if (error instanceof HoldfastError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("FrameDecoder.decode()", () => {
  it("joins any split of any stream back into its messages [R1.5]", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const next = random(seed);
      const maxFrameBytes = 1 + Math.floor(next() * 9000);
      const messages = Array.from({ length: Math.floor(next() * 8) }, () =>
        Buffer.alloc(Math.floor(next() ** 3 * 40_000), Math.floor(next() * 256)),
      );
      const stream = Buffer.concat(
        messages.flatMap((message) => encodeFrames(message, maxFrameBytes)),
      );
      const chunks: Buffer[] = [];
      const largest = next() < 0.2 ? 3 : 20_000;
      for (let at = 0; at < stream.length;) {
        const size = 1 + Math.floor(next() * largest);
        chunks.push(stream.subarray(at, at + size));
        at += size;
      }
      const decoded = decodeAll(chunks, { maxFrameBytes });
      expect(decoded.length, `seed ${seed}`).toBe(messages.length);
      for (const [i, message] of messages.entries()) {
        expect(message.equals(decoded[i] as Buffer), `seed ${seed}, message ${i}`).toBe(true);
      }
    }
  });

  it("joins a header split over three chunks [R1.5]", () => {
    const bytes = frame(Buffer.from("hello"));
    expect(decodeAll([bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4)])).toEqual([
      Buffer.from("hello"),
    ]);
  });

  it("gives a payload within one chunk as a view of it, and copies one that spans chunks once [R1.5]", () => {
    const whole = frame(Buffer.alloc(10_000, 1));
    const seen: Uint8Array[] = [];
    const decoder = new FrameDecoder();
    decoder.decode(whole, (message) => seen.push(message));
    decoder.decode(whole.subarray(0, 6000), () => {});
    decoder.decode(whole.subarray(6000), (message) => seen.push(message));
    whole.fill(2, frameHeaderBytes);
    expect(seen.map((message) => message[9_999])).toEqual([2, 1]);
    expect(seen[1]?.length).toBe(10_000);
  });

  it("passes messages of 100 KB, 10 MB and 100 MB in frames of 16 MiB [R1.5] [S0-19]", () => {
    for (const size of [100_000, 10_000_000, 100_000_000]) {
      const message = Buffer.alloc(size, 7);
      message.writeUInt32BE(size, size - 4);
      const [decoded] = decodeAll(encodeFrames(message));
      expect(decoded?.equals(message)).toBe(true);
    }
  });

  it("refuses a frame over the limit before its bytes come, and stays broken [R1.5] [S0-18]", () => {
    const decoder = new FrameDecoder({ maxFrameBytes: 10 });
    const error = failure(() => decoder.decode(frame(Buffer.alloc(0), 0, 4_000_000_000), () => {}));
    expect(error.code).toBe("frame_too_large");
    expect(error.details).toEqual({ limit: 10, received: 4_000_000_000 });
    expect(failure(() => decoder.decode(frame(Buffer.from("ok")), () => {}))).toBe(error);
  });

  it("takes a frame and a message of the limit, and none of a byte more [R1.5]", () => {
    const limits = { maxFrameBytes: 10, maxMessageBytes: 15 };
    const decode = (...frames: Buffer[]) => {
      const messages: Uint8Array[] = [];
      const decoder = new FrameDecoder(limits);
      for (const one of frames) decoder.decode(one, (message) => messages.push(message));
      return messages.map((message) => message.length);
    };
    const more = frame(Buffer.alloc(10), frameFlagMore);
    expect(decode(frame(Buffer.alloc(10)), more, frame(Buffer.alloc(5)))).toEqual([10, 15]);
    expect(failure(() => decode(frame(Buffer.alloc(11)))).code).toBe("frame_too_large");
    expect(failure(() => decode(more, frame(Buffer.alloc(6)))).code).toBe("frame_too_large");
  });

  it("bounds a message of many frames [R1.5] [S0-20]", () => {
    const decoder = new FrameDecoder({ maxMessageBytes: 1000 });
    const part = frame(Buffer.alloc(400), frameFlagMore);
    decoder.decode(part, () => {});
    decoder.decode(part, () => {});
    expect(failure(() => decoder.decode(part, () => {})).code).toBe("frame_too_large");
  });

  it("refuses unknown flags and empty frames that say that more follows [F08]", () => {
    for (const bad of [
      frame(Buffer.from("x"), 2),
      frame(Buffer.from("x"), 0x81),
      frame(Buffer.alloc(0), 1),
    ]) {
      expect(failure(() => new FrameDecoder().decode(bad, () => {})).code).toBe("frame_invalid");
    }
  });

  it("holds what came, not the chunks it came in, when a message dribbles in [A45]", () => {
    const decoder = new FrameDecoder();
    const bytes = frame(Buffer.alloc(100_000, 3));
    const chunk = Buffer.alloc(65_536);
    const messages: Uint8Array[] = [];
    for (const byte of bytes) {
      chunk[7] = byte;
      decoder.decode(chunk.subarray(7, 8), (message) => messages.push(message));
    }
    expect(messages.length).toBe(1);
    expect(Buffer.from(messages[0] as Uint8Array).equals(bytes.subarray(frameHeaderBytes))).toBe(
      true,
    );
  });

  it(`ends ${cases} random and mutated streams in messages or a typed error [F08]`, () => {
    const next = random(20_261_120);
    for (let i = 0; i < cases; i++) {
      const bytes = Buffer.concat([frame(Buffer.from("hello")), frame(Buffer.alloc(20, 1))]);
      for (let flips = Math.floor(next() * 6); flips > 0; flips--) {
        bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
      }
      const decoder = new FrameDecoder({ maxFrameBytes: 64 });
      try {
        const cut = Math.floor(next() * bytes.length);
        decoder.decode(bytes.subarray(0, cut), () => {});
        decoder.decode(bytes.subarray(cut), () => {});
        expect(decoder.pendingBytes).toBeLessThanOrEqual(64 + frameHeaderBytes);
      } catch (error) {
        if (!HoldfastError.is(error)) throw error;
      }
    }
  });
});
