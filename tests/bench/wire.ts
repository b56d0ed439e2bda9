import {
  FrameDecoder,
  type HostMessage,
  type WorkerMessage,
  encodeFrames,
  hostMessageSchema,
  packMessage,
  unpackMessage,
  workerMessageSchema,
} from "@holdfast/core";
import {
  buildHostMessage,
  buildWorkerMessage,
  hostMessageTypes,
  workerMessageTypes,
} from "@holdfast/harness";
import { type BenchOptions, scaled } from "./bench-options.ts";
import type { Row } from "./row.ts";
import { median } from "./samples.ts";

/** What the wire costs by itself: frame sizes, rates of messages and of frames, and what serialisation costs by size. */
export async function wire(options: BenchOptions): Promise<readonly Row[]> {
  return [
    ...frameSizes(),
    ...messageRates(options),
    ...frameRates(options),
    ...serialisation(options),
  ];
}

function frameSizes(): readonly Row[] {
  const messages: readonly (HostMessage | WorkerMessage)[] = [
    ...hostMessageTypes.map((type) => buildHostMessage(type)),
    ...workerMessageTypes.map((type) => buildWorkerMessage(type)),
  ];
  const shown = ["execute", "started", "result", "completed", "heartbeat"];
  return messages
    .filter(({ type }) => shown.includes(type))
    .map((message) => ({
      group: "frame sizes (limit: the same as JSON, without a frame)",
      what: `\`${message.type}\` of \`1+1\``,
      unit: "bytes" as const,
      ours: Buffer.concat(encodeFrames(packMessage(message))).length,
      limit: JSON.stringify(message).length,
    }));
}

function messageRates(options: BenchOptions): readonly Row[] {
  const message = buildWorkerMessage("result");
  const bytes = packMessage(message);
  const count = scaled(100_000, options);
  const group = "messages, one thread (limit: JSON and the same schema)";
  const text = JSON.stringify(message);
  return [
    {
      group,
      what: "pack `result`",
      unit: "per s",
      ours: perSecond(count, () => packMessage(message)),
      limit: perSecond(count, () => JSON.stringify(message)),
    },
    {
      group,
      what: "unpack and validate `result`",
      unit: "per s",
      ours: perSecond(count, () => unpackMessage(bytes, workerMessageSchema)),
      limit: perSecond(count, () => workerMessageSchema.parse(JSON.parse(text))),
    },
    {
      group,
      what: "unpack and validate `execute`",
      unit: "per s",
      ours: perSecond(count, () => unpackMessage(executeBytes, hostMessageSchema)),
    },
  ];
}

const executeBytes = packMessage(buildHostMessage("execute"));

function frameRates(options: BenchOptions): readonly Row[] {
  const small = Buffer.concat(
    Array.from({ length: 1_000 }, () => encodeFrames(Buffer.alloc(64))).flat(),
  );
  const decoded = perSecond(scaled(200, options), () => {
    let count = 0;
    new FrameDecoder().decode(small, () => count++);
    if (count !== 1_000) throw new Error(`${count} frames of 1000`);
  });
  const message = Buffer.alloc(64 << 20, 1);
  const bulk = [64 << 10, 1 << 20, 16 << 20].map((maxFrameBytes): Row => {
    const stream = Buffer.concat(encodeFrames(message, maxFrameBytes));
    const runs = perSecond(scaled(10, options), () => {
      const decoder = new FrameDecoder();
      let length = 0;
      for (let at = 0; at < stream.length; at += 1 << 16) {
        decoder.decode(stream.subarray(at, at + (1 << 16)), (bytes) => (length = bytes.length));
      }
      if (length !== message.length) throw new Error(`${length} bytes of ${message.length}`);
    });
    const what = `decode 64 MiB in frames of ${maxFrameBytes / 1_024} KiB, arriving by 64 KiB`;
    return { group: "frames, one thread", what, unit: "MB/s", ours: (runs * message.length) / 1e6 };
  });
  return [
    {
      group: "frames, one thread",
      what: "decode frames of 64 bytes",
      unit: "per s",
      ours: decoded * 1_000,
    },
    ...bulk,
  ];
}

function serialisation(options: BenchOptions): readonly Row[] {
  return [1_000, 100_000, 10_000_000].map((size): Row => {
    const value = Array.from({ length: size / 100 }, (_, i) => String(i).padStart(98, "0"));
    const message = buildWorkerMessage("result", { value });
    const back = () => unpackMessage(packMessage(message), workerMessageSchema);
    const json = () => workerMessageSchema.parse(JSON.parse(JSON.stringify(message)));
    const count = Math.max(3, scaled(20_000_000 / size, options));
    return {
      group: "serialisation, there and back (limit: JSON and the same schema)",
      what: `a list of ${size / 100} texts, ${size / 1_000} KB`,
      unit: "us",
      ours: 1e6 / perSecond(count, back),
      limit: 1e6 / perSecond(count, json),
    };
  });
}

/** The median of five runs, after one to warm up. */
function perSecond(count: number, work: () => unknown): number {
  const rates: number[] = [];
  for (let run = 0; run < 6; run++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) work();
    if (run > 0) rates.push((count * 1_000) / (performance.now() - start));
  }
  return median(rates);
}
