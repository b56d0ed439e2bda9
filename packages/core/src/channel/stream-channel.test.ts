import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import { encodeFrames } from "../framing/encode-frames.ts";
import { type HostMessage, hostMessageSchema } from "../protocol/host-message.ts";
import { packMessage } from "../protocol/message-codec.ts";
import { type WorkerMessage, workerMessageSchema } from "../protocol/worker-message.ts";
import { type SocketAddress, connectSocket, listenForSockets } from "./connect-socket.ts";
import { memoryChannelPair } from "./memory-channel.ts";
import { duplexPair } from "./duplex-pair.ts";
import { StreamChannel } from "./stream-channel.ts";

const folder = mkdtempSync(join(tmpdir(), "channel-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

async function sockets(address: SocketAddress): Promise<readonly [Duplex, Duplex]> {
  const accepted = Promise.withResolvers<Socket>();
  await using listener = await listenForSockets(address, accepted.resolve);
  const socket = await connectSocket(listener.address);
  const other = await accepted.promise;
  void listener.close();
  return [socket, other];
}

const transports: readonly (readonly [string, () => Promise<readonly [Duplex, Duplex]>])[] = [
  ["memory", async () => duplexPair()],
  ["a Unix socket", () => sockets({ path: join(folder, `s${++count}`) })],
  ["TCP", () => sockets({ host: "127.0.0.1", port: 0 })],
];

const ping = (requestId: string): HostMessage => ({ type: "ping", requestId });
const output = (bytes: number): WorkerMessage => ({
  type: "output",
  executionId: "x",
  stream: "stdout",
  data: new Uint8Array(bytes),
});

describe.each(transports)("StreamChannel over %s", (_name, open) => {
  async function channels(limits: { readonly maxFrameBytes?: number } = {}) {
    const [one, other] = await open();
    return {
      host: new StreamChannel<HostMessage, typeof workerMessageSchema>({
        stream: one,
        schema: workerMessageSchema,
        ...limits,
      }),
      worker: new StreamChannel<WorkerMessage, typeof hostMessageSchema>({
        stream: other,
        schema: hostMessageSchema,
        ...limits,
      }),
      raw: one,
    };
  }

  it("brings messages both ways, in order, also those from before there was a listener", async () => {
    const { host, worker } = await channels();
    for (let i = 0; i < 500; i++) void host.send(ping(`r${i}`));
    const seen: string[] = [];
    const all = Promise.withResolvers<void>();
    worker.onMessage((message) => {
      if (message.type !== "ping") return;
      seen.push(message.requestId);
      void worker.send({ type: "heartbeat", requestId: message.requestId, isBusy: false });
    });
    const answers: (string | null)[] = [];
    host.onMessage((message) => {
      if (message.type === "heartbeat" && answers.push(message.requestId) === 500) all.resolve();
    });
    await all.promise;
    expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => `r${i}`));
    expect(answers).toEqual(seen);
    host.close();
    expect(await worker.closed).toBeNull();
  });

  it("makes a sender wait for a reader that has stopped, and loses nothing [R1.4]", async () => {
    const { host, worker } = await channels();
    host.pause();
    let received = 0;
    const wanted = 64;
    const all = Promise.withResolvers<void>();
    host.onMessage(() => ++received === wanted && all.resolve());
    let sent = 0;
    const sending = (async () => {
      for (; sent < wanted; sent++) await worker.send(output(1 << 20));
    })();
    // The kernel's buffers take some; no pause of ours makes them take it all.
    await new Promise((done) => setTimeout(done, 50));
    expect(sent).toBeLessThan(wanted);
    expect(received).toBe(0);
    host.resume();
    await all.promise;
    await sending;
    expect(received).toBe(wanted);
    host.close();
  });

  it("takes messages larger than a frame, and refuses a frame over the limit for good [S0-18]", async () => {
    const { host, worker, raw } = await channels({ maxFrameBytes: 1024 });
    const got = Promise.withResolvers<number>();
    host.onMessage((message) => message.type === "output" && got.resolve(message.data.length));
    await worker.send(output(100_000));
    expect(await got.promise).toBe(100_000);
    const big = encodeFrames(packMessage(output(5_000)));
    for (const part of big) raw.write(part);
    expect(await worker.closed).toMatchObject({ code: "frame_too_large" });
    await expect(worker.send(output(1))).rejects.toMatchObject({ code: "channel_closed" });
  });

  it("closes with the reason when the stream ends within a frame, and when it is no message [F07] [F08]", async () => {
    const half = await channels();
    half.raw.end(Buffer.from([0, 0, 0, 9, 0, 1, 2]));
    expect(await half.worker.closed).toMatchObject({ code: "channel_closed" });
    const garbage = await channels();
    garbage.raw.write(Buffer.from([0, 0, 0, 1, 0, 0xc1]));
    expect(await garbage.worker.closed).toMatchObject({ code: "message_invalid" });
  });

  it("reads any split of the bytes", async () => {
    const { worker, raw } = await channels();
    const seen: string[] = [];
    const all = Promise.withResolvers<void>();
    worker.onMessage((message) => {
      if (message.type === "ping" && seen.push(message.requestId) === 20) all.resolve();
    });
    const bytes = Buffer.concat(
      Array.from({ length: 20 }, (_, i) => encodeFrames(packMessage(ping(`r${i}`)))).flat(),
    );
    for (let at = 0; at < bytes.length;) {
      const size = 1 + Math.floor(Math.random() * 30);
      raw.write(bytes.subarray(at, at + size));
      at += size;
      if (at % 3 === 0) await new Promise((done) => setImmediate(done));
    }
    await all.promise;
    expect(seen).toHaveLength(20);
    raw.destroy();
  });
});

it("memoryChannelPair() is a channel as any other", async () => {
  const { host, worker } = memoryChannelPair();
  worker.onMessage((message) => {
    if (message.type === "ping")
      void worker.send({ type: "heartbeat", requestId: message.requestId, isBusy: true });
  });
  const answer = Promise.withResolvers<WorkerMessage>();
  host.onMessage(answer.resolve);
  await host.send(ping("r1"));
  expect(await answer.promise).toEqual({ type: "heartbeat", requestId: "r1", isBusy: true });
  host.close();
  expect(await worker.closed).toBeNull();
});

it("StreamChannel over a stream that was closed before is closed, and a send does not wait for ever", async () => {
  const [stream] = duplexPair();
  stream.destroy();
  await once(stream, "close");
  const channel = new StreamChannel({ stream, schema: workerMessageSchema });
  await expect(channel.send(ping("a"))).rejects.toMatchObject({ code: "channel_closed" });
  expect(await channel.closed).toMatchObject({ code: "channel_closed" });
});

describe("connectSocket()", () => {
  it("says who is not there, and gives up in time or when it is told to", async () => {
    const path = join(folder, "nobody");
    await expect(connectSocket({ path })).rejects.toMatchObject({
      code: "channel_closed",
      message: expect.stringContaining(path),
    });
    await expect(
      connectSocket({ host: "127.0.0.1", port: 1 }, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "cancelled" });
    // An address for documentation: no answer, or none that is a connection.
    await expect(
      connectSocket({ host: "192.0.2.1", port: 9 }, { timeoutMs: 20 }),
    ).rejects.toSatisfy((error) => ["deadline_exceeded", "channel_closed"].includes(error.code));
  });
});

it("listenForSockets() says that an address is taken", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await expect(listenForSockets({ host: "127.0.0.1", port }, () => {})).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("EADDRINUSE"),
  });
  const client = connect(port, "127.0.0.1");
  await once(client, "connect");
  client.destroy();
  server.close();
});
