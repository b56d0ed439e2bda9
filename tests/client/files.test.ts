import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HoldfastClient, Session } from "@holdfast/client";
import { eventually, randomOfThisRun } from "@holdfast/harness";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { breakableProxy } from "../support/breakable-proxy.ts";
import { testClient } from "./test-client.ts";

let server: TestServer;
let client: HoldfastClient;
let session: Session;
let folder: string;
beforeAll(async () => {
  server = await testServer();
  client = testClient(server.port);
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "client-files-")));
  session = await client.sessions.create({ runtime: "bash", cwd: folder });
  return async () => {
    await session.delete();
    rmSync(folder, { recursive: true });
  };
});

const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);

describe("SessionFiles", () => {
  it.each([
    ["text", () => "caf\u00e9 \ufeff", new TextEncoder().encode("caf\u00e9 \ufeff")],
    ["nothing", () => "", new Uint8Array()],
    ["bytes", () => bytes, bytes],
    ["a blob", () => new Blob([bytes]), bytes],
    ["a stream", () => new Blob([bytes]).stream(), bytes],
  ])("writes and reads %s, byte for byte", async (_, content, wanted) => {
    const entry = await session.files.write("a b\u00fc?.bin", content());
    expect(entry).toMatchObject({ name: "a b\u00fc?.bin", sizeBytes: wanted.length });
    expect(new Uint8Array(readFileSync(join(folder, entry.name)))).toEqual(wanted);
    expect(await session.files.read(entry.name)).toEqual(wanted);
    const parts: Uint8Array[] = [];
    for await (const part of await session.files.readStream(entry.name)) parts.push(part);
    expect(new Uint8Array(Buffer.concat(parts))).toEqual(wanted);
  });

  it("reads a part", async () => {
    await session.files.write("digits", "0123456789");
    const { files } = session;
    expect(await files.readText("digits", { offset: 3 })).toBe("3456789");
    expect(await files.readText("digits", { offset: 3, length: 4 })).toBe("3456");
    expect(await files.readText("digits", { length: 2 })).toBe("01");
    await expect(files.read("digits", { offset: 10 })).rejects.toMatchObject({
      code: "range_not_satisfiable",
    });
  });

  it("stands in the session's directory of now, makes directories, lists and removes", async () => {
    const { files } = session;
    await expect(files.write("deep/down/file", "x")).rejects.toMatchObject({
      code: "file_not_found",
    });
    await files.write("deep/down/file", "x", { parents: true });
    await files.makeDirectory("deep/other");
    await session.execute("cd deep");
    const names: string[] = [];
    for await (const { name, type } of files.list(".", { limit: 1 })) names.push(`${name} ${type}`);
    expect(names).toEqual(["down directory", "other directory"]);
    await expect(files.delete("down")).rejects.toMatchObject({ code: "invalid_request" });
    await files.delete("down", { recursive: true });
    expect((await files.list().page()).items.map(({ name }) => name)).toEqual(["other"]);
    await expect(files.read("down/file")).rejects.toMatchObject({ code: "file_not_found" });
  });

  it("reads and writes over connections that break", async () => {
    const random = randomOfThisRun("broken files");
    const breakAfterBytes = () => random.integer(0, 600_000);
    await using proxy = await breakableProxy(server.port, { breakAfterBytes });
    const { files } = testClient(proxy.port, { retry: { requests: 50 } }).session(session.id);
    for (let round = 0; round < 5; round++) {
      await files.write(`${round}`, bytes);
      expect(await files.read(`${round}`)).toEqual(bytes);
      await files.delete(`${round}`);
    }
    expect(proxy.connections).toBeGreaterThan(5);
  });

  it("streams no faster than it is read, and stops when it is left", async () => {
    writeFileSync(join(folder, "large"), new Uint8Array(100_000_000));
    const stream = await session.files.readStream("large");
    const reader = stream.getReader();
    const { value } = await reader.read();
    expect(value?.length).toBeLessThan(10_000_000);
    await reader.cancel();
  });
});

describe("SessionProcesses", () => {
  it("lists what the session started, and ends one of it", async () => {
    await session.execute("sleep 1234 & sleep 4321 &");
    const sleeping = async () => {
      const all = await session.processes.list();
      return all.filter(({ command }) => command.startsWith("sleep "));
    };
    const count = (wanted: number) =>
      eventually(async () => (await sleeping()).length === wanted, { what: `${wanted} of them` });
    await count(2);
    const [first] = await sleeping();
    await session.processes.kill(first?.pid ?? 0, { signalName: "SIGTERM" });
    await count(1);
    await expect(session.processes.kill(process.pid)).rejects.toMatchObject({
      code: "process_not_found",
    });
  });
});
