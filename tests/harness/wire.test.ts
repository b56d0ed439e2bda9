import { duplexPair } from "node:stream";
import {
  FrameDecoder,
  GuardedProcess,
  type HostMessage,
  StreamChannel,
  type WorkerMessage,
  hostMessageSchema,
  workerMessageSchema,
} from "@holdfast/core";
import {
  type FrameFault,
  Mailbox,
  ScriptedWorker,
  brokenHostMessages,
  buildFrame,
  buildHostMessage,
  buildRawFrame,
  delayFrame,
  doubleFrame,
  dropFrame,
  expectNothingLeaked,
  faultAt,
  faultyDuplex,
  garbleFrame,
  oversizeFrame,
  seededRandom,
  truncateFrame,
} from "@holdfast/harness";
import { describe, expect, onTestFinished, test } from "vitest";

describe("a worker's channel", () => {
  test.for(brokenHostMessages().filter(({ flaw }) => flaw !== "wrong version"))(
    "with a broken message of its host: $title [F08] [R9.3]",
    async ({ message, code }) => {
      const [host, stream] = duplexPair();
      const channel = new StreamChannel({ stream, schema: hostMessageSchema });
      const received = new Mailbox<HostMessage>();
      channel.onMessage((each) => received.put(each));
      host.end(buildFrame(message));
      expect((await channel.closed)?.code ?? null).toBe(code);
      expect(received.all.length).toBe(code === null ? 1 : 0);
    },
  );

  test("says which bound a frame goes beyond", () => {
    const frame = buildRawFrame(Buffer.alloc(0), { length: 1 << 30 });
    const decoder = new FrameDecoder({ maxFrameBytes: 1 << 20 });
    expect(() => decoder.decode(frame, () => {})).toThrow("1048576");
  });
});

/** A process that answers each ping, behind a line with faults. */
async function openLine(incoming: FrameFault) {
  const scripted = new ScriptedWorker();
  const process = await GuardedProcess.start({
    command: scripted.executable,
    env: {},
    cwd: "/",
    withChannel: true,
    startTimeoutMs: 10_000,
  });
  onTestFinished(async () => {
    await process.stop();
    scripted[Symbol.dispose]();
  });
  if (process.channel === null) throw new Error("it has no channel");
  const channel = new StreamChannel<HostMessage, typeof workerMessageSchema>({
    stream: faultyDuplex(process.channel, { incoming }),
    schema: workerMessageSchema,
  });
  const received = new Mailbox<WorkerMessage>();
  channel.onMessage((message) => received.put(message));
  const ping = (requestId: string) => channel.send(buildHostMessage("ping", { requestId }));
  const next = async () => {
    const message = await received.take();
    return "requestId" in message ? message.requestId : null;
  };
  return { channel, ping, next };
}

describe("a line with faults to a real process", () => {
  test("loses, doubles and delays what it is told to, and nothing else [F11]", async () => {
    const gate = Promise.withResolvers<void>();
    const line = await openLine(
      faultAt({ 0: dropFrame, 1: doubleFrame, 3: delayFrame(gate.promise) }),
    );
    for (const id of ["a", "b", "c", "d"]) await line.ping(id);
    expect([await line.next(), await line.next(), await line.next()]).toEqual(["b", "b", "c"]);
    gate.resolve();
    expect(await line.next()).toBe("d");
  });

  test.for<[string, FrameFault]>([
    ["cuts a frame short", truncateFrame(7)],
    ["says that it is 4 GiB long", oversizeFrame],
    ["garbles it", garbleFrame(seededRandom(6))],
  ])("ends the channel when it %s [F07] [F09]", async ([, fault]) => {
    const line = await openLine(faultAt({ 1: fault }));
    await line.ping("a");
    expect(await line.next()).toBe("a");
    await line.ping("b");
    expect(await line.channel.closed).toMatchObject({ name: "HoldfastError" });
  });

  test("leaves nothing behind [R9.6]", async () => {
    await expectNothingLeaked(async () => {
      using scripted = new ScriptedWorker();
      await using process = await GuardedProcess.start({
        command: scripted.executable,
        env: {},
        cwd: "/",
        withChannel: true,
        startTimeoutMs: 10_000,
      });
      expect(process.hasEnded).toBe(false);
    });
  });
});
