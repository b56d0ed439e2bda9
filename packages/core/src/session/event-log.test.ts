import { describe, expect, it } from "vitest";
import { EventLog } from "./event-log.ts";
import type { ExecutionEvent } from "./execution-event.ts";
import type { ExecutionRecord } from "./execution-record.ts";

const completed = { type: "completed", execution: {} as ExecutionRecord } as const;

function out(log: EventLog, text: string): void {
  log.append({ type: "stdout", bytes: Buffer.from(text) });
}

async function collect(log: EventLog, after = 0): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of log.read({ after })) seen.push(show(event));
  return seen;
}

function show(event: ExecutionEvent): string {
  if (event.type === "gap") return `gap ${event.fromSeq}-${event.toSeq}`;
  return "bytes" in event
    ? `${event.seq} ${Buffer.from(event.bytes).toString()}`
    : `${event.seq} ${event.type}`;
}

describe("EventLog", () => {
  it("numbers events from 1 and replays from any of them [R1.6]", async () => {
    const log = new EventLog({ maxOutputBytes: 100 });
    log.append({ type: "started", executionId: "e", pid: 1 });
    out(log, "a");
    out(log, "b");
    log.append(completed);
    expect(await collect(log)).toEqual(["1 started", "2 a", "3 b", "4 completed"]);
    expect(await collect(log, 2)).toEqual(["3 b", "4 completed"]);
    expect(await collect(log, 4)).toEqual([]);
    expect(await collect(log, 99)).toEqual([]);
  });

  it("gives a reader that waits what comes, without a copy of what it has [R1.6]", async () => {
    const log = new EventLog({ maxOutputBytes: 100 });
    const seen = collect(log);
    out(log, "a");
    await Promise.resolve();
    out(log, "b");
    log.append(completed);
    expect(await seen).toEqual(["1 a", "2 b", "3 completed"]);
  });

  it("keeps the first bytes up to the limit, exact counts, and shows the rest as a gap to who comes later [D21]", async () => {
    const log = new EventLog({ maxOutputBytes: 4 });
    out(log, "abc");
    out(log, "defg");
    out(log, "h");
    log.append(completed);
    expect(log.stdout.view().toString()).toBe("abcd");
    expect(log.stdout.total).toBe(8);
    expect(log.stdout.isTruncated).toBe(true);
    expect(await collect(log)).toEqual(["1 abc", "gap 2-3", "4 completed"]);
  });

  it("carries everything to a reader that is there, past the limit too [D21]", async () => {
    const log = new EventLog({ maxOutputBytes: 4, highWaterBytes: 1e9 });
    const seen = collect(log);
    const sent: string[] = [];
    for (let i = 1; i <= 500; i++) {
      out(log, `line ${i}`);
      sent.push(`${i} line ${i}`);
      // Lets the reader take some in between, so that what it took is forgotten.
      if (i % 100 === 0) for (let turn = 0; turn < 300; turn++) await Promise.resolve();
    }
    log.append(completed);
    expect(await seen).toEqual([...sent, "501 completed"]);
  });

  it("keeps each stream's limit apart [R4.1]", async () => {
    const log = new EventLog({ maxOutputBytes: 2 });
    out(log, "abc");
    log.append({ type: "stderr", bytes: Buffer.from("xy") });
    log.append(completed);
    expect(await collect(log)).toEqual(["gap 1-1", "2 xy", "3 completed"]);
  });

  it("tells the source when the slowest reader is too far behind, and when it has caught up [D21]", async () => {
    const pressure: boolean[] = [];
    const log = new EventLog({
      maxOutputBytes: 1000,
      highWaterBytes: 10,
      onPressure: (isHigh) => pressure.push(isHigh),
    });
    const reader = log.read();
    const first = reader.next();
    out(log, "x");
    await first;
    for (let i = 0; i < 4; i++) out(log, "12345");
    expect(pressure).toEqual([true]);
    for (let i = 0; i < 4; i++) await reader.next();
    expect(pressure).toEqual([true, false]);
    for (let i = 0; i < 4; i++) out(log, "12345");
    await reader.return();
    expect(pressure).toEqual([true, false, true, false]);
  });

  it("holds no more events than its bound; the bytes stay [A22]", async () => {
    const log = new EventLog({ maxOutputBytes: 1000, maxEvents: 3 });
    for (const text of "abcdef") out(log, text);
    log.append(completed);
    expect(log.stdout.view().toString()).toBe("abcdef");
    expect(await collect(log)).toEqual(["1 a", "2 b", "3 c", "gap 4-6", "7 completed"]);
  });

  it("drops what comes after the end [A10]", async () => {
    const log = new EventLog({ maxOutputBytes: 100 });
    log.append(completed);
    out(log, "late");
    expect(await collect(log)).toEqual(["1 completed"]);
    expect(log.stdout.total).toBe(0);
  });

  it("ends a reader when its signal aborts [R1.7]", async () => {
    const log = new EventLog({ maxOutputBytes: 100 });
    const abort = new AbortController();
    const reader = log.read({ signal: abort.signal });
    const next = reader.next();
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it("counts displays against a limit of their own", async () => {
    const log = new EventLog({ maxOutputBytes: 1000 });
    const display = {
      type: "display",
      mime: { "text/plain": "x".repeat(400) },
      displayId: null,
      update: false,
    } as const;
    for (let i = 0; i < 3; i++) log.append(display);
    log.append(completed);
    expect(log.displays.length).toBe(1);
    expect(await collect(log)).toEqual(["1 display", "gap 2-3", "4 completed"]);
  });
});

it("EventLog.kept() answers what is kept behind a number, up to a size and a count, and nothing else", () => {
  const log = new EventLog({ maxOutputBytes: 6 });
  for (const text of ["ab", "cd", "efgh", "ij"])
    log.append({ type: "stdout", bytes: Buffer.from(text) });
  log.append({ type: "input_request", prompt: "", password: false });
  const seqs = (after: number, maxBytes = 100, maxEvents = 100) =>
    log.kept(after, { maxBytes, maxEvents }).map(({ seq }) => seq);
  expect(seqs(0)).toEqual([1, 2, 5]);
  expect(seqs(1)).toEqual([2, 5]);
  expect(seqs(0, 1)).toEqual([1]);
  expect(seqs(0, 100, 2)).toEqual([1, 2]);
  expect(seqs(5)).toEqual([]);
});
