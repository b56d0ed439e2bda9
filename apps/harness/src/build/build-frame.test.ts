import {
  FrameDecoder,
  StreamChannel,
  frameFlagMore,
  unpackMessage,
  workerMessageSchema,
} from "@holdfast/core";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { brokenFrames, buildFrame, buildRawFrame } from "./build-frame.ts";
import { buildWorkerMessage } from "./build-message.ts";

test("buildFrame() makes bytes that decode to the message [R9.3]", () => {
  const messages: unknown[] = [];
  new FrameDecoder().decode(buildFrame(buildWorkerMessage("started")), (bytes) =>
    messages.push(unpackMessage(bytes, workerMessageSchema)),
  );
  expect(messages).toEqual([buildWorkerMessage("started")]);
});

test("buildFrame() cuts a message into frames of `maxFrameBytes` [R1.5]", () => {
  const message = buildWorkerMessage("started");
  const whole = buildFrame(message);
  const cut = buildFrame(message, { maxFrameBytes: 8 });
  expect(cut.length).toBeGreaterThan(whole.length);
  expect([...cut.subarray(0, 5)]).toEqual([0, 0, 0, 8, frameFlagMore]);
  const messages: unknown[] = [];
  new FrameDecoder().decode(cut, (bytes) =>
    messages.push(unpackMessage(bytes, workerMessageSchema)),
  );
  expect(messages).toEqual([message]);
});

test("buildRawFrame() writes what it is told", () => {
  const frame = buildRawFrame(Buffer.from("hi"), { length: 9, flags: 2 });
  expect([...frame]).toEqual([0, 0, 0, 9, 2, 104, 105]);
});

test.for(brokenFrames())(
  "brokenFrames(): $title ends the channel with $code [F07] [R9.3]",
  async ({ bytes, code }) => {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const channel = new StreamChannel({ stream, schema: workerMessageSchema });
    stream.push(bytes);
    stream.push(null);
    const error = await channel.closed;
    expect(error?.code).toBe(code ?? "channel_closed");
  },
);
