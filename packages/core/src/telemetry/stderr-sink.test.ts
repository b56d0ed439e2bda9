import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { stderrSink } from "./stderr-sink.ts";

function stuckStream() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      taken.push(chunk.toString());
      waiting.push(() => done());
    },
  });
  const readAll = async () => {
    while (waiting.length > 0) {
      waiting.shift()?.();
      await new Promise((done) => setImmediate(done));
    }
  };
  return { stream: stream as unknown as NodeJS.WriteStream, taken, readAll };
}

it("stderrSink() drops what nobody reads, and says later how much that was [F49]", async () => {
  const { stream, taken, readAll } = stuckStream();
  const write = stderrSink(stream);
  const line = `${"x".repeat(99_999)}\n`;
  for (let i = 0; i < 100; i++) write(line);
  expect(stream.writableLength).toBeLessThan(1.2e6);
  await readAll();
  write("last\n");
  await readAll();
  expect(taken.at(-1)).toMatch(/^… 8\d lines dropped\nlast\n$/);
});

it("stderrSink() goes on when the stream fails or is closed [F49]", async () => {
  const { stream } = stuckStream();
  const write = stderrSink(stream);
  (stream as unknown as Writable).destroy(new Error("EPIPE"));
  await new Promise((done) => stream.once("close", done));
  expect(() => write("line\n")).not.toThrow();
});

it("stderrSink() listens to a stream once, however many write to it", () => {
  const { stream } = stuckStream();
  for (let i = 0; i < 20; i++) stderrSink(stream);
  expect(stream.listenerCount("error")).toBe(1);
});
