import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { CheckpointHeader } from "./checkpoint.ts";
import { type CheckpointKeys, checkpointKey } from "./checkpoint-key.ts";
import { CheckpointSealer } from "./checkpoint-sealer.ts";
import { maxDataBytes, preambleAt, recordOverheadBytes, tagBytes } from "./sealed-layout.ts";
import { unsealCheckpoint } from "./unseal-checkpoint.ts";

const header: CheckpointHeader = {
  id: "c1",
  sessionId: "s1",
  runtime: "python",
  runtimeVersion: "3.11.2",
  name: null,
  owner: "tenant",
  createdAt: 1_700_000_000_000,
  sequence: 7,
};
const report = { format: "dill", skipped: [{ name: "f", reason: "an open file" }] };
const key = checkpointKey(Buffer.alloc(32, 1));

function keysOf(...known: readonly (typeof key)[]): CheckpointKeys {
  return {
    current: key,
    find: async (id) => known.find((one) => one.id.equals(id)) ?? null,
  };
}

function sealed(pieces: readonly Uint8Array[], by = key): Buffer {
  const sealer = new CheckpointSealer(header, by);
  const parts: Buffer[] = [sealer.start()];
  for (const piece of pieces)
    for (const record of sealer.seal(piece)) parts.push(Buffer.from(record));
  return Buffer.concat([...parts, sealer.end(report).bytes]);
}

interface Unsealed {
  readonly bytes: Buffer;
  readonly error: unknown;
}

/** What is given before the end or an error. */
async function unsealed(
  source: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  keys = keysOf(key),
): Promise<Unsealed> {
  const given: Buffer[] = [];
  let error: unknown = null;
  try {
    const stream = ReadableStream.from(source);
    for await (const piece of (await unsealCheckpoint(stream, keys)).pieces)
      given.push(Buffer.from(piece));
  } catch (cause) {
    error = cause;
  }
  return { bytes: Buffer.concat(given), error };
}

/** Where the first data record begins. */
function dataStart(bytes: Buffer): number {
  return preambleAt.end + bytes.readUInt32BE(preambleAt.headerLength) + tagBytes;
}

describe("CheckpointSealer and unsealCheckpoint()", () => {
  it.each([0, 1, maxDataBytes - 1, maxDataBytes, maxDataBytes + 1, 3 * maxDataBytes])(
    "give back %i bytes, header and report, in pieces of any size [R7.1]",
    async (size) => {
      const state = randomBytes(size);
      const pieces = [state.subarray(0, 7), state.subarray(7, 7), state.subarray(7)];
      const bytes = sealed(pieces);
      const stream = await unsealCheckpoint(ReadableStream.from([bytes]), keysOf(key));
      expect(stream.header).toEqual(header);
      const given: Buffer[] = [];
      let next = await stream.pieces.next();
      for (; next.done !== true; next = await stream.pieces.next()) given.push(next.value);
      expect(Buffer.concat(given).equals(state)).toBe(true);
      expect(next.value).toMatchObject({ ...report, sizeBytes: size });
      const oneByOne = Array.from(bytes.subarray(0, 2_000), (byte) => Uint8Array.of(byte));
      const rest = bytes.subarray(2_000);
      expect((await unsealed([...oneByOne, rest])).bytes.equals(state)).toBe(true);
    },
  );

  it("give nothing of a state that is not what was written: each bit of it flipped [A39]", async () => {
    const state = randomBytes(100);
    const bytes = sealed([state]);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { bytes: given, error } = await unsealed([changed]);
      expect(HoldfastError.is(error) ? error.code : error, `bit ${bit}`).toBe("checkpoint_invalid");
      // What is given before the end is noticed to be wrong was authentic.
      expect(given.length === 0 || given.equals(state), `bit ${bit}`).toBe(true);
    }
  });

  it("refuse each prefix as truncated [A39]", async () => {
    const bytes = sealed([randomBytes(100)]);
    for (let length = 0; length < bytes.length; length++) {
      const { error } = await unsealed([bytes.subarray(0, length)]);
      expect(error, `${length} bytes`).toMatchObject({
        code: "checkpoint_invalid",
        details: { reason: "truncated" },
      });
    }
  });

  it("notice records that are swapped, doubled or left out, and bytes behind the end", async () => {
    const state = Buffer.concat([Buffer.alloc(maxDataBytes, 1), Buffer.alloc(maxDataBytes, 2)]);
    const bytes = sealed([state]);
    const at = dataStart(bytes);
    const size = maxDataBytes + recordOverheadBytes;
    const start = bytes.subarray(0, at);
    const [a, b] = [bytes.subarray(at, at + size), bytes.subarray(at + size, at + 2 * size)];
    const end = bytes.subarray(at + 2 * size);
    for (const [name, parts] of Object.entries({
      swapped: [start, b, a, end],
      doubled: [start, a, a, b, end],
      "left out": [start, a, end],
      "left out, the first": [start, b, end],
      "all left out": [start, end],
      followed: [bytes, Buffer.from("x")],
    })) {
      expect((await unsealed(parts)).error, name).toMatchObject({
        details: { reason: "damaged" },
      });
    }
  });

  it("notice a record of another checkpoint of the same key", async () => {
    const [one, other] = [sealed([Buffer.from("one")]), sealed([Buffer.from("two")])];
    const at = dataStart(one);
    const mixed = Buffer.concat([one.subarray(0, at), other.subarray(at)]);
    expect((await unsealed([mixed])).error).toMatchObject({ details: { reason: "damaged" } });
  });

  it("refuse what another key has sealed, and open it when that key is ours too [A43]", async () => {
    const old = checkpointKey(Buffer.alloc(32, 2));
    const bytes = sealed([Buffer.from("state")], old);
    expect((await unsealed([bytes])).error).toMatchObject({
      code: "checkpoint_invalid",
      details: { reason: "foreign_key", keyId: old.id.toString("hex") },
    });
    expect((await unsealed([bytes], keysOf(key, old))).bytes.toString()).toBe("state");
  });

  it("refuse a key that has the right id and is another one", async () => {
    const forged = { id: key.id, secret: Buffer.alloc(32, 3) };
    expect((await unsealed([sealed([], forged)])).error).toMatchObject({
      details: { reason: "damaged" },
    });
  });

  it("refuse a later version by its number", async () => {
    const bytes = sealed([]);
    bytes[preambleAt.version] = 2;
    expect((await unsealed([bytes])).error).toMatchObject({
      details: { reason: "unsupported_version", received: 2, allowed: 1 },
    });
  });

  it("end a stream of random bytes in a refusal, whatever it begins with [A39]", async () => {
    const whole = sealed([randomBytes(100)]);
    for (let round = 0; round < 500; round++) {
      const kept = whole.subarray(0, round % whole.length);
      const { error } = await unsealed([kept, randomBytes(round)]);
      expect(HoldfastError.is(error) ? error.code : error).toBe("checkpoint_invalid");
    }
  });

  it("take no more of a source than is asked for, and leave it when they are left [R7.2]", async () => {
    const bytes = sealed([randomBytes(10 * maxDataBytes)]);
    let taken = 0;
    let isLeft = false;
    async function* source() {
      try {
        for (let at = 0; at < bytes.length; at += 1_000) {
          taken = at;
          yield bytes.subarray(at, at + 1_000);
        }
      } finally {
        isLeft = true;
      }
    }
    const { pieces } = await unsealCheckpoint(source(), keysOf(key));
    expect(taken).toBeLessThan(2_000);
    await pieces.next();
    expect(taken).toBeLessThan(maxDataBytes + 3_000);
    await pieces.return({ ...report, sizeBytes: 0, records: 0 });
    expect(isLeft).toBe(true);
  });

  it("bound what a worker reports as skipped", async () => {
    const sealer = new CheckpointSealer(header, key);
    const skipped = Array.from({ length: 5_000 }, (_, i) => ({
      name: `n${i}`.padEnd(10_000, "x"),
      reason: "\u{1}".repeat(10_000),
    }));
    const { end } = sealer.end({ format: "f".repeat(10_000), skipped });
    expect(end.skipped.length).toBe(1_001);
    expect(end.skipped.at(-1)).toEqual({ name: "…", reason: "and 4000 more" });
    expect(end.skipped[0]?.name.length).toBe(256);
    expect(end.format.length).toBe(64);
  });

  it(
    "pass 1 GB in both directions with memory for a few records [R7.1]",
    { timeout: 120_000 },
    async () => {
      const block = randomBytes(1_000_000);
      const sealer = new CheckpointSealer(header, key);
      async function* source() {
        yield sealer.start();
        for (let i = 0; i < 1_000; i++) yield* sealer.seal(block);
        yield sealer.end(report).bytes;
      }
      const before = process.memoryUsage().rss;
      let peak = before;
      let total = 0;
      for await (const piece of (await unsealCheckpoint(source(), keysOf(key))).pieces) {
        total += piece.length;
        if (total % (64 * maxDataBytes) === 0) peak = Math.max(peak, process.memoryUsage().rss);
      }
      expect(total).toBe(1_000_000_000);
      expect(peak - before).toBeLessThan(200e6);
    },
  );
});
