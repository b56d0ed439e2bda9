import { execFileSync, spawn } from "node:child_process";
import { constants, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Session } from "@holdfast/core";
import { startServer } from "../support/live-server.ts";
import { type BenchOptions, openSession, scaled } from "./bench-options.ts";
import { HttpClient } from "./http-client.ts";
import { peers } from "./peers.ts";
import { type Row, atLeast } from "./row.ts";
import { median, timed } from "./samples.ts";

const group = "throughput";

/** Bulk output of a bash session, every byte compared, against the same program into a bare FIFO. */
export async function throughput(options: BenchOptions): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const zeroBytes = scaled(1_000_000_000, options);
    const lines = linesOf(scaled(625_000, options));
    const file = join(folder, "lines");
    writeFileSync(file, lines);
    const zeros = (bytes: Buffer) => bytes.equals(blank.subarray(0, bytes.length));
    await using bash = await openSession("bash");
    await using server = await startServer();
    const client = new HttpClient(server.url);
    await client.json("POST", "/v1/sessions", { runtime: "bash", id: "bulk" });
    const rates = {
      zeroLimit: [] as number[],
      zeros: [] as number[],
      lineLimit: [] as number[],
      lines: [] as number[],
      http: [] as number[],
    };
    for (let round = 0; round < scaled(5, options); round++) {
      const rate = async (name: keyof typeof rates, bytes: number, work: () => Promise<number>) => {
        const { ms, value } = await timed(work);
        if (value !== bytes) throw new Error(`${name}: ${value} bytes of ${bytes}`);
        rates[name].push(bytes / 1_000 / ms);
      };
      const zeroCommand = `head -c ${zeroBytes} /dev/zero`;
      await rate("zeroLimit", zeroBytes, () => readFifo(folder, zeroCommand));
      await rate("zeros", zeroBytes, () => readSession(bash, zeroCommand, zeros));
      await rate("lineLimit", lines.length, () => readFifo(folder, `cat ${file}`));
      await rate("lines", lines.length, () => readSession(bash, `cat ${file}`, comparison(lines)));
      await rate("http", lines.length, () => readEvents(client, `cat ${file}`, comparison(lines)));
    }
    client.close();
    const [bulk, text, http] = [median(rates.zeros), median(rates.lines), median(rates.http)];
    const base = { group, unit: "MB/s" as const };
    const size = `${Math.round(lines.length / 1e6)} MB of 80-byte lines`;
    return [
      {
        ...base,
        what: `bash, ${zeroBytes / 1e6} MB of zeros, in process (limit: a bare FIFO)`,
        ours: bulk,
        limit: median(rates.zeroLimit),
        target: atLeast(bulk, 300, "MB/s"),
      },
      {
        ...base,
        what: `bash, ${size}, in process`,
        ours: text,
        limit: median(rates.lineLimit),
        peer: peers.lines,
      },
      {
        ...base,
        what: `bash, ${size}, over HTTP (SSE)`,
        ours: http,
        limit: median(rates.lineLimit),
        peer: peers.lines,
        target: atLeast(http, 100, "MB/s"),
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const blank = Buffer.alloc(1 << 22);

function linesOf(count: number): Buffer {
  const bytes = Buffer.alloc(count * 80, "0");
  for (let i = 0; i < count; i++) bytes.write(`${String(i).padStart(79, "0")}\n`, i * 80, "latin1");
  return bytes;
}

/** Whether each piece is what stands at its place in the whole. */
function comparison(whole: Buffer): (piece: Buffer) => boolean {
  let at = 0;
  return (piece) => {
    const isSame = piece.equals(whole.subarray(at, at + piece.length));
    at += piece.length;
    return isSame;
  };
}

async function readSession(
  session: Session,
  code: string,
  isRight: (bytes: Buffer) => boolean,
): Promise<number> {
  let count = 0;
  for await (const event of session.execute(code).events()) {
    if (event.type === "gap") throw new Error("a gap in the output");
    if (event.type !== "stdout") continue;
    const bytes = Buffer.from(event.bytes.buffer, event.bytes.byteOffset, event.bytes.length);
    if (!isRight(bytes)) throw new Error(`wrong bytes after ${count}`);
    count += bytes.length;
  }
  return count;
}

async function readEvents(
  client: HttpClient,
  code: string,
  isRight: (bytes: Buffer) => boolean,
): Promise<number> {
  const response = await client.send(
    "POST",
    "/v1/sessions/bulk/executions",
    { code },
    "text/event-stream",
  );
  let count = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of response) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    for (let end = rest.indexOf("\n\n"); end !== -1; end = rest.indexOf("\n\n")) {
      const event = rest.subarray(0, end).toString();
      rest = rest.subarray(end + 2);
      if (!event.includes("event: stdout")) continue;
      const { text, base64 } = JSON.parse(event.slice(event.indexOf("data: ") + 6)) as {
        text?: string;
        base64?: string;
      };
      const bytes = text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text);
      if (!isRight(bytes)) throw new Error(`wrong bytes after ${count}`);
      count += bytes.length;
    }
  }
  return count;
}

async function readFifo(folder: string, command: string): Promise<number> {
  const path = join(folder, "fifo");
  execFileSync("mkfifo", [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const child = spawn("sh", ["-c", `exec ${command} > ${path}`], { stdio: "ignore" });
  let count = 0;
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: { buffer: Buffer.alloc(1 << 20), callback: (length) => (count += length) > 0 },
  });
  socket.resume();
  await once(child, "exit");
  count += drain(fd); // what it wrote last is in the pipe
  socket.destroy();
  rmSync(path);
  return count;
}

function drain(fd: number): number {
  const scratch = Buffer.alloc(1 << 20);
  for (let count = 0; ;) {
    try {
      count += readSync(fd, scratch);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return count;
      throw error;
    }
  }
}
