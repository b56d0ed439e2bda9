import { describe, expect, it } from "vitest";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { Execution } from "../session/execution.ts";
import { MemoryStore } from "./memory-store.ts";
import { Recorder, type RecorderOptions } from "./recorder.ts";
import type { SessionRecord } from "./session-record.ts";
import type { StoreChange } from "./store.ts";

const session: SessionRecord = {
  version: 1,
  id: "s",
  runtime: "fake",
  owner: null,
  labels: {},
  env: {},
  cwd: "/",
  idleTimeoutMs: null,
  createdAt: 0,
  lastActivityAt: 0,
  state: "idle",
  restarts: 0,
  executionCount: 0,
  lastCheckpointId: null,
};

/** Remembers its transactions; may be made to fail. */
class WatchedStore extends MemoryStore {
  readonly transactions: (readonly StoreChange[])[] = [];
  failure: Error | null = null;
  refuses: string | null = null;

  override async write(changes: readonly StoreChange[]): Promise<void> {
    if (this.failure !== null) throw this.failure;
    if (changes.some((one) => one.type === "execution" && one.execution.code === this.refuses))
      throw new TypeError("cannot be encoded");
    this.transactions.push(changes);
    await super.write(changes);
  }
}

const full = new HoldfastError({ code: "store_unavailable", message: "store: full" });

function record(options: Partial<RecorderOptions> = {}) {
  const store = new WatchedStore();
  const recorder = new Recorder({ store, record: () => session, ...options });
  return { store, recorder };
}

function execution(id: string, maxOutputBytes = 1 << 24, maxEvents = 100_000): Execution {
  return new Execution({
    sessionId: "s",
    runtime: "fake",
    request: {
      executionId: id,
      code: id,
      stdin: null,
      env: null,
      cwd: null,
      allowInput: false,
      trackChanges: false,
    },
    isBackground: false,
    isTransaction: false,
    timeoutMs: null,
    timeoutFrom: "start",
    inputSendTimeoutMs: 1_000,
    log: { maxOutputBytes, maxEvents },
    control: { interrupt: () => {}, kill: async () => {}, inputGiven: () => {} },
  });
}

function print(one: Execution, text: string | Buffer, stream: "stdout" | "stderr" = "stdout") {
  one.happen({ type: stream, bytes: Buffer.from(text) });
}

function end(one: Execution): void {
  one.finish({ status: "ok", exitCode: 0, signal: null, sessionState: "kept" });
}

const sizeOf = (changes: readonly StoreChange[]) =>
  changes
    .flatMap((one) => (one.type === "events" ? one.events : []))
    .reduce((sum, event) => sum + ("bytes" in event ? event.bytes.length : 0), 0);

describe("Recorder", () => {
  it("writes in transactions of about the size of a batch, the end with the last of them", async () => {
    const { store, recorder } = record({ batchBytes: 100_000 });
    const one = execution("a");
    recorder.follow(one);
    one.start();
    for (let i = 0; i < 50; i++) print(one, Buffer.alloc(10_000, i));
    end(one);
    await recorder.close();
    expect(store.transactions).toHaveLength(6);
    for (const changes of store.transactions) expect(sizeOf(changes)).toBeLessThanOrEqual(110_000);
    const statuses = store.transactions.flatMap((changes) =>
      changes.flatMap((change) =>
        change.type === "execution" ? [change.execution.record.status] : [],
      ),
    );
    expect(statuses).toEqual(["running", "ok"]);
    expect(await store.lastSeq("s", "a")).toBe(one.lastSeq);
  });

  it("keeps the very bytes that memory keeps, also of chunks that were cut at the limit", async () => {
    for (const [maxOutputBytes, maxEvents] of [
      [25, 100_000],
      [1_000, 3],
    ] as const) {
      const { store, recorder } = record();
      const one = execution("a", maxOutputBytes, maxEvents);
      recorder.follow(one);
      one.start();
      for (let i = 0; i < 10; i++) {
        print(one, "0123456789");
        print(one, "abc", "stderr");
      }
      await recorder.flush();
      end(one);
      await recorder.close();
      const stored = await store.execution("s", "a");
      const events = await store.events("s", "a", { after: 0, limit: 1_000 });
      for (const stream of ["stdout", "stderr"] as const) {
        const parts = events.flatMap((event) => (event.type === stream ? [event.bytes] : []));
        const rest = stored?.[`${stream}Rest`] ?? Buffer.alloc(0);
        expect(Buffer.concat([...parts, rest]).toString()).toBe(one[stream].toString());
      }
      expect(stored?.record.stdoutBytes).toBe(100);
    }
  });

  it("gives up output that the store is too slow for: the counts stay, and a gap [R2.7]", async () => {
    const told: string[] = [];
    const { store, recorder } = record({
      maxHeldBytes: 25_000,
      onError: ({ code }) => told.push(code),
    });
    store.failure = full;
    const all = ["a", "b", "c", "d"].map((id) => execution(id));
    for (const one of all) {
      recorder.follow(one);
      one.start();
      print(one, Buffer.alloc(10_000));
      end(one);
      await recorder.flush();
    }
    expect(recorder.status).toMatchObject({ isDegraded: true, lossCount: 2 });
    store.failure = null;
    await recorder.close();
    expect(told).toEqual(["store_unavailable"]);
    expect(recorder.status).toMatchObject({ isDegraded: false, error: null });
    for (const [index, one] of all.entries()) {
      const stored = await store.execution("s", one.id);
      expect(stored?.record).toMatchObject({ status: "ok", stdoutBytes: 10_000 });
      expect(stored?.record.truncated).toBe(index < 2);
      const events = await store.events("s", one.id, { after: 0, limit: 10 });
      expect(events.map(({ seq, type }) => `${seq} ${type}`)).toEqual(
        index < 2 ? ["2 completed"] : ["1 stdout", "2 completed"],
      );
    }
  });

  it("goes on past an execution that the store will never take", async () => {
    const { store, recorder } = record();
    store.refuses = "bad";
    for (const id of ["first", "bad", "last"]) {
      const one = execution(id);
      recorder.follow(one);
      end(one);
    }
    await recorder.close();
    expect(recorder.status).toEqual({ isDegraded: false, error: null, lossCount: 1 });
    const { records } = await store.executions("s", { limit: 9 });
    expect(records.map(({ record: { id, status } }) => `${id} ${status}`)).toEqual([
      "last ok",
      "first ok",
    ]);
  });

  it("writes nothing of a session that is gone, whatever still ends there [R2.7]", async () => {
    const { store, recorder } = record({ record: () => null });
    const one = execution("a");
    recorder.follow(one);
    recorder.bury({ version: 1, sessionId: "s", reason: "closed", owner: null, at: 1 });
    end(one);
    await recorder.close();
    expect(store.transactions.flat().map(({ type }) => type)).toEqual(["session_gone"]);
  });

  it("keeps the key under which an execution was asked for", async () => {
    const { store, recorder } = record();
    recorder.expect("s", "a", { key: "k", bodyHash: "h" });
    const taken = recorder.expect("s", "b", { key: "l", bodyHash: "h" });
    taken();
    for (const id of ["a", "b"]) {
      const one = execution(id);
      recorder.follow(one);
      end(one);
    }
    await recorder.close();
    expect((await store.execution("s", "a"))?.idempotency).toEqual({ key: "k", bodyHash: "h" });
    expect((await store.execution("s", "b"))?.idempotency).toBeNull();
  });
});
