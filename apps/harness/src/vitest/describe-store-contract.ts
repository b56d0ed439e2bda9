import { type SessionRecord, type Store, type StoreChange, type StoredEvent } from "@holdfast/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildSessionRecord, buildStoredExecution } from "../build/build-stored.ts";

/** What the suite must know of a store. */
export interface StoreContractOptions {
  /** Makes a store that holds nothing. */
  readonly open: () => Promise<Store>;
  /** Opens what the last store left, after it was closed; absent for one that ends with its process. */
  readonly reopen?: () => Promise<Store>;
  /** Called after each test, when the store is closed. */
  readonly cleanUp?: () => void;
}

const session = (changes: Partial<SessionRecord> = {}): StoreChange => ({
  type: "session",
  record: buildSessionRecord(changes),
});
const execution = (...args: Parameters<typeof buildStoredExecution>): StoreChange => ({
  type: "execution",
  execution: buildStoredExecution(...args),
});
const events = (list: readonly StoredEvent[], executionId = "e"): StoreChange => ({
  type: "events",
  sessionId: "s",
  executionId,
  events: list,
});
const output = (seq: number, text: string): StoredEvent => ({
  seq,
  type: "stdout",
  bytes: Buffer.from(text),
});
/** Of a later version, or written by somebody else. */
const foreign = (changes: object): never => ({ version: 99, ...changes }) as never;

/** Byte strings as arrays of numbers: a Buffer and a Uint8Array of the same bytes are the same to a store. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

/** The suite that every store passes: what {@link Store} promises, as tests. Call it at the top of a test file. */
export function describeStoreContract(name: string, options: StoreContractOptions): void {
  describe(`store contract: ${name}`, () => {
    let store: Store;
    beforeEach(async () => void (store = await options.open()));
    afterEach(async () => {
      await store.close();
      options.cleanUp?.();
    });

    const sessionIds = async () => (await store.sessions()).records.map(({ id }) => id);
    const executionIds = async (more: { before?: string; limit?: number } = {}) =>
      (await store.executions("s", { limit: 100, ...more })).records.map(({ record }) => record.id);
    const seqs = async (after = 0, limit = 100) =>
      (await store.events("s", "e", { after, limit })).map(({ seq }) => seq);

    test("begins with nothing", async () => {
      expect(await store.sessions()).toEqual({ records: [], damaged: [] });
      expect(await store.tombstones()).toEqual({ records: [], damaged: [] });
      expect(await store.unfinished()).toEqual({ records: [], damaged: [] });
      expect(await executionIds()).toEqual([]);
      expect(await store.execution("s", "e")).toBeNull();
      expect([await seqs(), await store.lastSeq("s", "e")]).toEqual([[], 0]);
    });

    test("gives sessions back as they were written, oldest first [R5.1] [R5.3]", async () => {
      const full = buildSessionRecord({
        id: "full",
        owner: "tenant",
        labels: { "a b": "ä\0\n", __proto__x: "y" },
        env: { NAME: "wert ÿ" },
        cwd: "/tmp/ö",
        idleTimeoutMs: 1_000,
        executionTimeoutMs: null,
        createdAt: 1_700_000_000_000,
        lastActivityAt: 1_700_000_000_001,
        state: "busy",
        restarts: 3,
        executionCount: 2 ** 40,
        lastCheckpointId: "c",
      });
      const old = buildSessionRecord({ id: "old", createdAt: 5 });
      await store.write([
        { type: "session", record: full },
        { type: "session", record: old },
      ]);
      expect((await store.sessions()).records).toEqual([old, full]);
      await store.write([session({ id: "old", createdAt: 5, labels: { x: "new" } })]);
      expect((await store.sessions()).records[0]?.labels).toEqual({ x: "new" });
    });

    test("gives executions back as they were written, with every kind of value [R1.1]", async () => {
      const stored = buildStoredExecution(
        {
          status: "error",
          signal: "SIGKILL",
          exitCode: 137,
          stdoutBytes: 2 ** 45,
          result: {
            repr: "x",
            value: { $type: "tuple", items: [1, 2.5, "a", null, true, 2 ** 53 - 1] },
            valueTruncated: false,
            mime: { "image/png": Buffer.from([0, 255]), "text/plain": "x" },
          },
          displays: [{ mime: { "text/plain": "d" }, displayId: null, update: false }],
          error: {
            name: "E",
            message: "m",
            traceback: [{ file: "f", line: 1, function: "g", source: "" }],
            text: "t",
          },
          changes: { added: ["a"], changed: [], removed: [], modules: ["os"] },
        },
        {
          code: "π = 3\0",
          cwd: "/",
          timeoutMs: 5,
          lastSeq: 2 ** 40,
          stdoutRest: Buffer.from("rest"),
          idempotency: { key: "k", bodyHash: "h" },
        },
      );
      await store.write([session(), { type: "execution", execution: stored }]);
      const read = await store.execution("s", "e");
      expect(plain(read)).toEqual(plain(stored));
    });

    test("lists executions newest first in the order of their acceptance, by pages", async () => {
      await store.write([
        session(),
        ...["a", "b", "c", "d"].map((id) => execution({ id, queuedAt: 7 })),
      ]);
      await store.write([execution({ id: "a", status: "ok" })]); // its place stays
      expect(await executionIds()).toEqual(["d", "c", "b", "a"]);
      expect(await executionIds({ limit: 2 })).toEqual(["d", "c"]);
      expect(await executionIds({ before: "c", limit: 1 })).toEqual(["b"]);
      expect(await executionIds({ before: "a" })).toEqual([]);
      await expect(store.executions("s", { before: "none", limit: 1 })).rejects.toMatchObject({
        code: "execution_not_found",
      });
    });

    test("tells executions of all sessions that have not ended", async () => {
      await store.write([
        session(),
        session({ id: "t" }),
        execution({ id: "a", status: "queued" }),
        execution({ id: "b", status: "ok" }),
        execution({ id: "c", sessionId: "t" }),
      ]);
      const ids = async () => (await store.unfinished()).records.map(({ record }) => record.id);
      expect((await ids()).toSorted()).toEqual(["a", "c"]);
      await store.write([execution({ id: "a", status: "lost" })]);
      expect(await ids()).toEqual(["c"]);
    });

    test("keeps events by number, output as bytes, also beyond 2^32", async () => {
      const all: StoredEvent[] = [
        { seq: 1, type: "started", executionId: "e", pid: 7 },
        { seq: 2, type: "stdout", bytes: Buffer.from([0, 0x80, 0xff, 10]) },
        {
          seq: 3,
          type: "display",
          mime: { "a/b": Buffer.from([9]) },
          displayId: "d",
          update: true,
        },
        { seq: 4, type: "input_request", prompt: "?", password: true },
        { seq: 2 ** 33, type: "completed" },
      ];
      await store.write([session(), execution(), events(all.slice(2)), events(all.slice(0, 2))]);
      const read = await store.events("s", "e", { after: 0, limit: 100 });
      expect(plain(read)).toEqual(plain(all));
      expect(await seqs(2)).toEqual([3, 4, 2 ** 33]);
      expect(await seqs(1, 2)).toEqual([2, 3]);
      expect(await store.lastSeq("s", "e")).toBe(2 ** 33);
    });

    test("answers events by pages of about 1 MiB, at least one", async () => {
      const large = "x".repeat(600_000);
      await store.write([
        session(),
        execution(),
        events([1, 2, 3].map((seq) => output(seq, large))),
      ]);
      expect(await seqs()).toEqual([1, 2]);
      expect(await seqs(2)).toEqual([3]);
    });

    test("takes the later of two events with one number, so that a repeated write changes nothing", async () => {
      await store.write([session(), execution(), events([output(1, "a")])]);
      await store.write([events([output(1, "a"), output(2, "b")])]);
      expect(await seqs()).toEqual([1, 2]);
    });

    test("write() does all or nothing", async () => {
      await store.write([session()]);
      const unwritable = {
        get labels(): never {
          throw new TypeError("no labels");
        },
      };
      await expect(
        store.write([
          session({ id: "t" }),
          execution(),
          { type: "session", record: unwritable as never },
        ]),
      ).rejects.toThrow("no labels");
      expect([await sessionIds(), await executionIds()]).toEqual([["s"], []]);
    });

    test("write() of what belongs to nothing leaves no row [R2.7]", async () => {
      await store.write([execution(), events([output(1, "a")])]);
      await store.write([session()]);
      expect([await executionIds(), await seqs()]).toEqual([[], []]);
    });

    test("a session that is gone takes all with it, and is remembered [D39]", async () => {
      await store.write([session(), session({ id: "t" }), execution(), events([output(1, "a")])]);
      const tombstone = {
        version: 1 as const,
        sessionId: "s",
        reason: "expired" as const,
        owner: "tenant",
        at: 9,
      };
      await store.write([{ type: "session_gone", tombstone }]);
      expect(await sessionIds()).toEqual(["t"]);
      expect(await store.tombstones()).toEqual({ records: [tombstone], damaged: [] });
      expect([await executionIds(), await seqs()]).toEqual([[], []]);
      await store.write([session()]);
      expect((await store.tombstones()).records).toEqual([]);
      expect(await executionIds()).toEqual([]);
    });

    test("an execution that is gone takes its events with it", async () => {
      await store.write([session(), execution(), events([output(1, "a")])]);
      await store.write([{ type: "execution_gone", sessionId: "s", executionId: "e" }]);
      await store.write([execution()]);
      expect(await seqs()).toEqual([]);
    });

    test("claim() gives a key to one of those who ask at once, and its execution to the others [F45]", async () => {
      await store.write([session(), session({ id: "t" })]);
      const claimOf = (id: string, sessionId = "s") =>
        store.claim(
          buildStoredExecution({ id, sessionId }, { idempotency: { key: "k", bodyHash: id } }),
        );
      const answers = await Promise.all(["a", "b", "c"].map((id) => claimOf(id)));
      expect(answers.map((one) => one?.record.id ?? null)).toEqual([null, "a", "a"]);
      expect(answers[1]?.idempotency).toEqual({ key: "k", bodyHash: "a" });
      expect(await claimOf("other", "t")).toBeNull();
      expect(await executionIds()).toEqual(["a"]);
      await store.write([{ type: "execution_gone", sessionId: "s", executionId: "a" }]);
      expect(await claimOf("b")).toBeNull();
    });

    test("claim() needs the session to be stored", async () => {
      await expect(store.claim(buildStoredExecution())).rejects.toMatchObject({
        code: "store_unavailable",
        details: { sessionId: "s" },
      });
    });

    test("prune() forgets what is older or more than that, and nothing that runs", async () => {
      const ended = (id: string, at: number) =>
        execution({ id, status: "ok", startedAt: 0, durationMs: at });
      await store.write([session(), session({ id: "t" })]);
      await store.write([execution({ id: "runs" }), ended("a", 10), ended("b", 20)]);
      await store.write([ended("c", 30), execution({ id: "x", sessionId: "t", status: "ok" })]);
      for (const [sessionId, at] of [
        ["old", 10],
        ["new", 20],
      ] as const)
        await store.write([
          {
            type: "session_gone",
            tombstone: { version: 1, sessionId, reason: "closed", owner: null, at },
          },
        ]);
      await store.prune({ tombstonesBefore: 15, executionsBefore: 0, maxExecutions: 2 });
      expect(await executionIds()).toEqual(["c", "b", "runs"]);
      expect((await store.tombstones()).records.map(({ sessionId }) => sessionId)).toEqual(["new"]);
      await store.prune({ tombstonesBefore: 15, executionsBefore: 25, maxExecutions: 2 });
      expect(await executionIds()).toEqual(["c", "runs"]);
      expect(await store.execution("t", "x")).toBeNull();
    });

    test("a row that cannot be read is an error of its own, and the others are read [R5.1] [D32]", async () => {
      await store.write([
        session({ id: "bad", restarts: -1 }),
        session(),
        { type: "session", record: foreign({ id: "later", createdAt: 3 }) },
        execution({ id: "good", status: "queued" }),
        execution({ id: "bad", stdoutBytes: "many" as never }),
        execution(),
        events([output(1, "a"), { seq: 2, type: "stdout", bytes: 7 as never }, output(3, "c")]),
      ]);
      const sessions = await store.sessions();
      expect(sessions.records.map(({ id }) => id)).toEqual(["s"]);
      expect(sessions.damaged).toMatchObject([
        { code: "store_invalid", message: expect.stringMatching(/session bad.*restarts/) },
        { code: "store_invalid", message: expect.stringMatching(/session later.*version/) },
      ]);
      expect(await executionIds()).toEqual(["e", "good"]);
      expect((await store.executions("s", { limit: 9 })).damaged).toMatchObject([
        { message: expect.stringMatching(/execution bad.*stdoutBytes/) },
      ]);
      expect((await store.unfinished()).damaged).toHaveLength(1);
      await expect(store.execution("s", "bad")).rejects.toMatchObject({ code: "store_invalid" });
      expect(await seqs()).toEqual([1, 3]);
    });

    test("shares nothing with what was written or read", async () => {
      const bytes = Buffer.from("kept");
      await store.write([session(), execution(), events([{ seq: 1, type: "stdout", bytes }])]);
      bytes.fill(0);
      const [first] = await store.events("s", "e", { after: 0, limit: 1 });
      expect(first?.type === "stdout" && Buffer.from(first.bytes).toString()).toBe("kept");
    });

    test("after close() every call fails, and close() may be repeated", async () => {
      await store.close();
      await store.close();
      for (const call of [
        () => store.write([]),
        () => store.claim(buildStoredExecution()),
        () => store.sessions(),
        () => store.events("s", "e", { after: 0, limit: 1 }),
        () => store.prune({ tombstonesBefore: 0, executionsBefore: 0, maxExecutions: 1 }),
      ])
        await expect(call()).rejects.toMatchObject({ code: "store_unavailable" });
    });

    test.skipIf(options.reopen === undefined)("has all of it when it is opened again", async () => {
      await store.write([
        session(),
        execution(),
        events([output(1, "a")]),
        {
          type: "session_gone",
          tombstone: { version: 1, sessionId: "t", reason: "closed", owner: null, at: 1 },
        },
      ]);
      await store.claim(
        buildStoredExecution({ id: "k" }, { idempotency: { key: "k", bodyHash: "h" } }),
      );
      await store.close();
      store = (await options.reopen?.()) as Store;
      expect([await sessionIds(), await executionIds(), await seqs()]).toEqual([
        ["s"],
        ["k", "e"],
        [1],
      ]);
      expect((await store.tombstones()).records).toHaveLength(1);
    });
  });
}
