import { pythonRuntime } from "@holdfast/adapter-python";
import { Host, MemoryCheckpointStore, MemoryStore } from "@holdfast/core";
import { FakeRuntime } from "@holdfast/harness";
import { describe, expect, it } from "vitest";

const fake = { runtime: "fake" } as const;

describe("Host, sessions with an owner", () => {
  it("get() and list() with an owner know that owner's sessions only [A64]", async () => {
    await using host = new Host({ runtimes: [new FakeRuntime()] });
    await host.create({ ...fake, id: "a", owner: "one" });
    await host.create({ ...fake, id: "b", owner: "two" });
    await host.create({ ...fake, id: "c" });
    const ids = (access: { owner?: string | null }) =>
      host.list(access).map(({ session }) => session.id);
    expect(ids({})).toEqual(["a", "b", "c"]);
    expect(ids({ owner: "one" })).toEqual(["a"]);
    expect(ids({ owner: null })).toEqual(["c"]);
    expect(host.get("a", { owner: "one" }).owner).toBe("one");
    for (const owner of ["two", null])
      expect(() => host.get("a", { owner })).toThrow(/session a: there is none/);
  });

  it("get() of what another owner has deleted is what never was [A64] [D39]", async () => {
    await using host = new Host({ runtimes: [new FakeRuntime()] });
    await host.create({ ...fake, id: "a", owner: "one" });
    await host.delete("a");
    expect(() => host.get("a", { owner: "one" })).toThrow(/it has been closed/);
    expect(() => host.get("a", { owner: "two" })).toThrow(/there is none/);
  });

  it("create() of an id that another owner has says no more than of one's own [A64]", async () => {
    await using host = new Host({ runtimes: [new FakeRuntime()] });
    await host.create({ ...fake, id: "a", owner: "one" });
    const refusal = (owner: string) =>
      host.create({ ...fake, id: "a", owner }).catch((error: unknown) => String(error));
    expect(await refusal("two")).toBe(await refusal("one"));
  });

  it("count() has those that are being started, and each once [S4-18] [D39]", async () => {
    await using host = new Host({ runtimes: [new FakeRuntime()], store: new MemoryStore() });
    const starting = [
      host.create({ ...fake, owner: "one" }),
      host.create({ ...fake, owner: "one" }),
      host.create({ ...fake, owner: "two" }),
    ];
    await host.open();
    expect([host.count("one"), host.count("two"), host.count(null)]).toEqual([2, 1, 0]);
    await Promise.all(starting);
    expect([host.count("one"), host.count("two"), host.count(null)]).toEqual([2, 1, 0]);
  });

  it("owners outlive the host, those of sessions that are gone too", async () => {
    const store = new MemoryStore();
    {
      await using host = new Host({ runtimes: [new FakeRuntime()], store });
      await host.create({ ...fake, id: "kept", owner: "one" });
      await host.create({ ...fake, id: "gone", owner: "one" });
      await host.delete("gone");
    }
    await using host = new Host({ runtimes: [new FakeRuntime()], store });
    await host.open();
    expect(host.get("kept").owner).toBe("one");
    expect(() => host.get("kept", { owner: "two" })).toThrow(/there is none/);
    expect(() => host.get("gone", { owner: "one" })).toThrow(/it has been closed/);
    expect(() => host.get("gone", { owner: "two" })).toThrow(/there is none/);
  });

  it("forks and checkpoints are of the session's owner, and restore() takes an owner's only [A40]", async () => {
    const checkpoints = new MemoryCheckpointStore();
    const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
    const python = pythonRuntime();
    await using _ = { [Symbol.asyncDispose]: async () => python.close?.() };
    await using host = new Host({ runtimes: [python], env, checkpoints });
    await host.create({ runtime: "python", id: "a", owner: "one" });
    await host.create({ runtime: "python", id: "b", owner: "two" });
    const [fork] = (await host.fork("a")).sessions;
    expect(fork?.owner).toBe("one");
    const { id, owner } = await host.checkpoint("a");
    expect(owner).toBe("one");
    await expect(host.restore("b", id, { owner: "two" })).rejects.toThrow(/there is none/);
    await host.restore("a", id, { owner: "one" });
    await host.restore("b", id);
  });
});
