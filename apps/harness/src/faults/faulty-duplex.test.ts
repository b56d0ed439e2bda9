import { duplexPair } from "node:stream";
import {
  type HostMessage,
  StreamChannel,
  type WorkerMessage,
  hostMessageSchema,
  workerMessageSchema,
} from "@holdfast/core";
import { expect, test } from "vitest";
import { Mailbox } from "../wait/mailbox.ts";
import {
  type FrameFault,
  delayFrame,
  doubleFrame,
  dropFrame,
  faultAt,
  garbleFrame,
  oversizeFrame,
  truncateFrame,
} from "./frame-fault.ts";
import { faultyDuplex } from "./faulty-duplex.ts";
import { seededRandom } from "./seeded-random.ts";

const heartbeat = (requestId: string): WorkerMessage => ({
  type: "heartbeat",
  requestId,
  isBusy: false,
});

/** A worker's channel whose frames come to the host with a fault. */
function openChannels(incoming: FrameFault) {
  const [one, other] = duplexPair();
  other.once("close", () => one.push(null)); // Node up to 24.14 does not
  const host = new StreamChannel<HostMessage, typeof workerMessageSchema>({
    stream: faultyDuplex(one, { incoming }),
    schema: workerMessageSchema,
  });
  const worker = new StreamChannel<WorkerMessage, typeof hostMessageSchema>({
    stream: other,
    schema: hostMessageSchema,
  });
  const received = new Mailbox<WorkerMessage>();
  host.onMessage((message) => received.put(message));
  return { host, worker, received };
}

test("faultyDuplex() passes what has no fault, both ways", async () => {
  const { host, worker, received } = openChannels(faultAt({}));
  await worker.send(heartbeat("a"));
  expect(await received.take()).toEqual(heartbeat("a"));
  const asked = Promise.withResolvers<HostMessage>();
  worker.onMessage(asked.resolve);
  await host.send({ type: "ping", requestId: "b" });
  expect(await asked.promise).toEqual({ type: "ping", requestId: "b" });
  worker.close();
  expect(await host.closed).toBeNull();
});

test.for([
  ["garbled", garbleFrame(seededRandom(6))],
  ["oversized", oversizeFrame],
  ["cut short within its header", truncateFrame(3)],
  ["cut short within its payload", truncateFrame(9)],
] as const)(
  "a frame that is %s closes its channel, and what came before has come [F07] [F08] [F09]",
  async ([, fault]) => {
    const { host, worker, received } = openChannels(faultAt({ 1: fault }));
    await worker.send(heartbeat("a"));
    await worker.send(heartbeat("b"));
    expect(await received.take()).toEqual(heartbeat("a"));
    expect(await host.closed).toMatchObject({ name: "HoldfastError" });
    expect(received.all).toEqual([heartbeat("a")]);
  },
);

test("a frame can be dropped, doubled and kept back [F11]", async () => {
  const gate = Promise.withResolvers<void>();
  const faults = faultAt({ 0: dropFrame, 1: doubleFrame, 2: delayFrame(gate.promise) });
  const { worker, received } = openChannels(faults);
  for (const id of ["a", "b", "c"]) await worker.send(heartbeat(id));
  expect([await received.take(), await received.take()]).toEqual([heartbeat("b"), heartbeat("b")]);
  const third = received.take();
  await new Promise((done) => setImmediate(done));
  expect(received.all.length).toBe(2);
  gate.resolve();
  expect(await third).toEqual(heartbeat("c"));
});
