import type {
  Checkpoint,
  CheckpointStore,
  CheckpointStoreOptions,
  CreateCheckpointOptions,
  Skipped,
} from "@holdfast/core";
import { describe, expect, test } from "vitest";

/** Opens an empty store for one test; what it needs goes when the test has ended. */
export type OpenCheckpointStore = (options?: CheckpointStoreOptions) => Promise<CheckpointStore>;

interface Written extends Partial<CreateCheckpointOptions> {
  readonly state?: string;
  readonly skipped?: readonly Skipped[];
}

/** The suite that every {@link CheckpointStore} passes, wherever it keeps things. Call it at the top of a test file. */
export function describeCheckpointStoreContract(
  name: string,
  openStore: OpenCheckpointStore,
): void {
  describe(`checkpoint store contract: ${name}`, () => {
    test("a checkpoint is there with its state, its size and what it lacks [R7.2] [S0-16]", async () => {
      const store = await openStore();
      const skipped = [{ name: "f", reason: "an open file" }];
      const before = Date.now();
      const made = await write(store, {
        state: "the state",
        sessionId: "s1",
        name: "mine",
        skipped,
      });
      expect(made).toEqual({
        id: expect.stringMatching(/^[A-Za-z0-9_-]{22,64}$/),
        sessionId: "s1",
        runtime: "python",
        runtimeVersion: "3.11.2",
        name: "mine",
        owner: null,
        createdAt: expect.any(Number),
        sequence: expect.any(Number),
        format: "dill",
        sizeBytes: 9,
        skipped,
      });
      expect(made.createdAt).toBeGreaterThanOrEqual(before);
      expect(await store.get(made.id)).toEqual(made);
      expect(await read(store, made.id)).toBe("the state");
      expect(await read(store, made.id)).toBe("the state");
    });

    test("what a writer was given may be changed when it was taken", async () => {
      const store = await openStore();
      await using writer = await store.create(about());
      const piece = Buffer.from("first ");
      await writer.write(piece);
      piece.write("second");
      await writer.write(piece);
      const { id } = await writer.commit({ format: "", skipped: [] });
      expect(await read(store, id)).toBe("first second");
    });

    test("nothing is there before commit(), nor after abort() [F26]", async () => {
      const store = await openStore();
      const writer = await store.create(about({ id: "c1" }));
      await writer.write(Buffer.from("state"));
      expect((await store.list()).items).toEqual([]);
      await expect(store.get("c1")).rejects.toMatchObject({ code: "checkpoint_not_found" });
      await writer.abort();
      await writer.abort();
      await expect(writer.write(Buffer.from("x"))).rejects.toMatchObject({ code: "cancelled" });
      await expect(commit(writer)).rejects.toMatchObject({ code: "cancelled" });
      expect((await store.list()).items).toEqual([]);
      await write(store, { id: "c1" });
    });

    test("a writer that is left is given up, and one that has committed is not [F26]", async () => {
      const store = await openStore();
      {
        await using left = await store.create(about());
        await left.write(Buffer.from("state"));
      }
      expect((await store.list()).items).toEqual([]);
      {
        await using kept = await store.create(about());
        await commit(kept);
        await kept.abort();
      }
      expect((await store.list()).items.length).toBe(1);
    });

    test("list() gives the newest first, those of a session where that is asked for, in pages", async () => {
      const store = await openStore();
      const ids: string[] = [];
      for (let i = 0; i < 7; i++)
        ids.unshift((await write(store, { sessionId: i === 3 ? "other" : "s1" })).id);
      expect(idsOf(await store.list())).toEqual(ids);
      expect(idsOf(await store.list({ sessionId: "other" }))).toEqual([ids[3]]);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...idsOf(page));
        // A place in the list holds, also when what stood there goes.
        if (seen.length === 3) await store.delete(seen[2] as string);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(ids);
    });

    test.for([{ limit: 0 }, { limit: 1_001 }, { limit: Number.NaN }, { cursor: "../x" }])(
      "list(%o) is refused [A70]",
      async (options) => {
        const store = await openStore();
        await expect(store.list(options)).rejects.toMatchObject({ code: "invalid_request" });
      },
    );

    test("delete() removes one and leaves the others, and a reader has it to its end", async () => {
      const store = await openStore();
      const [a, b] = [await write(store, { state: "a" }), await write(store, { state: "b" })];
      await using reader = await store.open(a.id);
      await store.delete(a.id);
      expect(await text(reader.pieces)).toBe("a");
      for (const method of ["get", "open", "delete"] as const)
        await expect(store[method](a.id)).rejects.toMatchObject({ code: "checkpoint_not_found" });
      expect(idsOf(await store.list())).toEqual([b.id]);
    });

    test("what belongs to another does not exist for who asks [A40] [A64]", async () => {
      const store = await openStore();
      const { id } = await write(store, { owner: "a", state: "secret" });
      for (const owner of ["b", null]) {
        for (const method of ["get", "open", "delete"] as const)
          await expect(store[method](id, { owner })).rejects.toMatchObject({
            code: "checkpoint_not_found",
          });
        expect((await store.list({ owner })).items).toEqual([]);
      }
      expect(idsOf(await store.list({ owner: "a" }))).toEqual([id]);
      expect(await read(store, id)).toBe("secret");
      await store.delete(id, { owner: "a" });
    });

    test("that of another runtime or version is refused, and says which it is [R7.3]", async () => {
      const store = await openStore();
      const { id } = await write(store);
      for (const wanted of [
        { runtime: "bash" },
        { runtimeVersion: "3.12.0" },
        { runtime: "python", runtimeVersion: "2.11.2" },
      ]) {
        await expect(store.open(id, wanted)).rejects.toMatchObject({
          code: "checkpoint_invalid",
          message: expect.stringContaining("python 3.11.2"),
          details: { reason: "wrong_runtime", checkpointId: id },
        });
      }
      await using reader = await store.open(id, { runtime: "python", runtimeVersion: "3.11.9" });
      expect(reader.checkpoint.id).toBe(id);
    });

    test.for([
      "../x",
      "/etc/passwd",
      "a/b",
      "..",
      ".",
      "",
      "a\0b",
      "%2e%2e",
      "..\\x",
      "x".repeat(4_096),
    ])("an id such as %j is no id [A33]", async (id) => {
      const store = await openStore();
      for (const method of ["get", "open", "delete"] as const)
        await expect(store[method](id)).rejects.toMatchObject({ code: "checkpoint_not_found" });
      await expect(store.create(about({ id }))).rejects.toMatchObject({
        code: "invalid_request",
      });
    });

    test.for([
      { sessionId: "" },
      { name: "" },
      { name: "n".repeat(2_000) },
      { maxBytes: Number.NaN },
    ])("create(%o) is refused [A70]", async (fields) => {
      const store = await openStore();
      await expect(store.create(about(fields))).rejects.toMatchObject({
        code: "invalid_request",
      });
    });

    test("an id that is taken is refused, also by the second of two that write at once", async () => {
      const store = await openStore();
      await write(store, { id: "c1", state: "first" });
      await expect(store.create(about({ id: "c1" }))).rejects.toMatchObject({
        code: "invalid_request",
      });
      const two = await Promise.allSettled(
        ["a", "b"].map((state) => write(store, { id: "c2", state })),
      );
      expect(two.filter(({ status }) => status === "fulfilled").length).toBe(1);
      expect(two.find(({ status }) => status === "rejected")).toMatchObject({
        reason: { code: "invalid_request" },
      });
      expect(await read(store, "c1")).toBe("first");
      expect(["a", "b"]).toContain(await read(store, "c2"));
    });

    test("a state past the limit is given up, and nothing of it is left [R7.2]", async () => {
      const store = await openStore({ maxCheckpointBytes: 10 });
      await write(store, { state: "x".repeat(10) });
      for (const [maxBytes, limit] of [
        [undefined, 10],
        [5, 5],
        [1_000, 10],
      ] as const) {
        const writer = await store.create(about(maxBytes === undefined ? {} : { maxBytes }));
        await writer.write(Buffer.alloc(limit));
        const tooLarge = { code: "payload_too_large", details: { limit } };
        await expect(writer.write(Buffer.alloc(1))).rejects.toMatchObject(tooLarge);
        await expect(commit(writer)).rejects.toMatchObject(tooLarge);
      }
      expect((await store.list()).items.length).toBe(1);
    });

    test("the oldest of a session goes when there are too many, one with a name stays [R7.2]", async () => {
      const store = await openStore({ retention: { maxPerSession: 2 } });
      const named = await write(store, { name: "before the change" });
      const ids: string[] = [];
      for (let i = 0; i < 4; i++) ids.unshift((await write(store)).id);
      expect(idsOf(await store.list())).toEqual([...ids.slice(0, 2), named.id]);
    });

    test("what has no room beside those with a name is refused, and they stay [F25]", async () => {
      const store = await openStore({ retention: { maxTotalBytes: 10 } });
      const named = await write(store, { name: "kept", state: "12345678" });
      await expect(write(store, { state: "123" })).rejects.toMatchObject({
        code: "storage_full",
        details: { limit: 10, received: 3 },
      });
      const small = await write(store, { state: "12" });
      const next = await write(store, { state: "34" });
      expect(idsOf(await store.list())).toEqual([next.id, named.id]);
      await expect(store.get(small.id)).rejects.toMatchObject({ code: "checkpoint_not_found" });
    });

    test("one with a name is refused where it has no room, as any other [F25]", async () => {
      const store = await openStore({ retention: { maxTotalBytes: 10 } });
      const named = await write(store, { name: "kept", state: "12345678" });
      const refused = { code: "storage_full", details: { limit: 10, received: 3 } };
      await expect(write(store, { name: "too", state: "123" })).rejects.toMatchObject(refused);
      expect(idsOf(await store.list())).toEqual([named.id]);
    });

    test("no owner's checkpoints go for another's, with a name or without [A64] [A68]", async () => {
      const retention = { maxTotalBytes: 100, maxBytesPerOwner: 60, maxPerSession: 2 };
      const store = await openStore({ retention });
      const state = "1234567890".repeat(2);
      const victim = await write(store, { owner: "a", sessionId: "s", state });
      const named: string[] = [];
      for (let i = 0; i < 3; i++)
        named.unshift((await write(store, { owner: "b", name: `${i}`, state })).id);
      for (const more of ["more", null]) {
        await expect(write(store, { owner: "b", name: more, state })).rejects.toMatchObject({
          code: "storage_full",
          details: { limit: 60, received: 20 },
        });
      }
      const second = await write(store, { owner: "a", sessionId: "s", state });
      const third = await write(store, { owner: "a", sessionId: "s", state });
      await expect(store.get(victim.id)).rejects.toMatchObject({ code: "checkpoint_not_found" });
      await expect(write(store, { owner: "c", state })).rejects.toMatchObject({
        code: "storage_full",
        details: { limit: 100, received: 20 },
      });
      expect(idsOf(await store.list())).toEqual([third.id, second.id, ...named]);
    });

    test("an owner's share is a quarter of all where none is given [A68]", async () => {
      const store = await openStore({ retention: { maxTotalBytes: 40 } });
      const state = "1234567890";
      const kept = [await write(store, { owner: "a", name: "kept", state })];
      await expect(write(store, { owner: "a", state })).rejects.toMatchObject({
        code: "storage_full",
        details: { limit: 10, received: 10 },
      });
      for (const owner of ["b", "c", null]) kept.unshift(await write(store, { owner, state }));
      expect(idsOf(await store.list())).toEqual(kept.map(({ id }) => id));
    });

    test("those that are written at once keep to the limit together [A68]", async () => {
      const store = await openStore({ retention: { maxTotalBytes: 50, maxPerSession: null } });
      const state = "1234567890";
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => write(store, { name: `${i}`, state })),
      );
      const kept = results.filter(({ status }) => status === "fulfilled");
      expect(kept.length).toBe(5);
      for (const result of results)
        if (result.status === "rejected")
          expect(result.reason).toMatchObject({ code: "storage_full" });
      expect((await store.list()).items.length).toBe(5);
    });

    test("prune() lets go what is too old, and answers what that was", async () => {
      const store = await openStore({ retention: { maxAgeMs: 1 } });
      const named = await write(store, { name: "kept" });
      const old = await write(store);
      await expect.poll(() => Date.now()).toBeGreaterThan(old.createdAt + 1);
      expect(await store.prune()).toEqual([old.id]);
      expect(idsOf(await store.list())).toEqual([named.id]);
      expect(await store.prune()).toEqual([]);
    });

    test("20 that are written at once are all there, each with its own state", async () => {
      const store = await openStore({ retention: { maxPerSession: null } });
      const states = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(100_000));
      const made = await Promise.all(states.map((state) => write(store, { state })));
      for (const [i, { id }] of made.entries()) expect(await read(store, id)).toBe(states[i]);
      expect(new Set(idsOf(await store.list()))).toEqual(new Set(made.map(({ id }) => id)));
    });
  });
}

function about(fields: Partial<CreateCheckpointOptions> = {}): CreateCheckpointOptions {
  return { sessionId: "s1", runtime: "python", runtimeVersion: "3.11.2", ...fields };
}

async function write(
  store: CheckpointStore,
  { state = "state", skipped = [], ...fields }: Written = {},
): Promise<Checkpoint> {
  await using writer = await store.create(about(fields));
  await writer.write(Buffer.from(state));
  return await writer.commit({ format: "dill", skipped });
}

function commit(writer: {
  commit(report: {
    readonly format: string;
    readonly skipped: readonly Skipped[];
  }): Promise<Checkpoint>;
}): Promise<Checkpoint> {
  return writer.commit({ format: "dill", skipped: [] });
}

async function read(store: CheckpointStore, id: string): Promise<string> {
  await using reader = await store.open(id);
  return await text(reader.pieces);
}

async function text(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let all = "";
  for await (const piece of pieces) all += Buffer.from(piece).toString("latin1");
  return all;
}

function idsOf({ items }: { readonly items: readonly Checkpoint[] }): readonly string[] {
  return items.map(({ id }) => id);
}
