import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, type Socket, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { StreamChannel, hostMessageSchema } from "@holdfast/core";
import { buildHostMessage } from "@holdfast/harness";
import { type BenchOptions, scaled } from "./bench-options.ts";
import type { Row } from "./row.ts";
import { interleave, median, percentile } from "./samples.ts";

interface Line {
  readonly name: string;
  readonly stream: Duplex;
  close(): void;
}

/** One message there and back through another process that only echoes bytes: a pipe, a Unix socket, TCP. */
export async function transports(options: BenchOptions): Promise<readonly Row[]> {
  const lines = await Promise.all([
    childStreams(),
    listening("Unix socket"),
    listening("TCP, loopback"),
  ]);
  const sizes = [100, 1_000_000] as const;
  const rows: Row[] = [];
  const channels = lines.map(({ name, stream }) => {
    const channel = new StreamChannel({ stream, schema: hostMessageSchema });
    let answer: ((code: string) => void) | null = null;
    channel.onMessage((message) => answer?.(message.type === "execute" ? message.code : ""));
    const echo = async (code: string): Promise<void> => {
      const answered = new Promise<string>((resolve) => (answer = resolve));
      await channel.send(buildHostMessage("execute", { code }));
      if ((await answered).length !== code.length) throw new Error(`${name}: the echo is wrong`);
    };
    return { name, channel, echo };
  });
  for (const size of sizes) {
    const code = "x".repeat(size);
    const perRound = scaled(size > 1_000 ? 10 : 200, options);
    const contenders = Object.fromEntries(
      channels.map(({ name, echo }) => [name, { once: () => echo(code), perRound }]),
    );
    const samples = await interleave(contenders, 10);
    for (const [name, taken] of Object.entries(samples)) {
      const what = `${name}, a message of ${size >= 1_000_000 ? "1 MB" : `${size} bytes`}`;
      const group = "transports: a message there and back through an echoing process";
      rows.push({ group, what, unit: "us", ours: median(taken), p99: percentile(taken, 0.99) });
    }
  }
  for (const { channel } of channels) channel.close();
  for (const line of lines) line.close();
  return rows;
}

/** A child's standard streams: what Node calls a pipe is a pair of Unix sockets, here as in every channel to a worker. */
async function childStreams(): Promise<Line> {
  const child = spawn(process.execPath, ["-e", "process.stdin.pipe(process.stdout)"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  return { name: "pipes of a child", stream, close: () => void child.kill() };
}

async function listening(name: "Unix socket" | "TCP, loopback"): Promise<Line> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const server = createServer();
  if (name === "Unix socket") server.listen(join(folder, "socket"));
  else server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo | string;
  const target =
    typeof address === "string" ? JSON.stringify(address) : `${address.port}, "127.0.0.1"`;
  const script = `const s = require("node:net").connect(${target}); s.setNoDelay?.(true); s.pipe(s)`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "ignore", "inherit"] });
  const [stream] = (await once(server, "connection")) as [Socket];
  stream.setNoDelay(true);
  return {
    name,
    stream,
    close: () => {
      server.close();
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
