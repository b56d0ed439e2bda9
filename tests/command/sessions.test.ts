import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LiveServer, startServer } from "../support/live-server.ts";
import { holdfast } from "./holdfast.ts";

let server: LiveServer;
beforeAll(async () => void (server = await startServer()));
afterAll(() => server.end());

/** Runs a command that must succeed, on the server, and answers what it prints. */
async function run(args: readonly string[], input = ""): Promise<string> {
  const { code, stdout, stderr } = await holdfast(args, {
    env: { HOLDFAST_URL: server.url },
    input,
  });
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  return stdout;
}

async function runJson<T>(args: readonly string[]): Promise<T> {
  return JSON.parse(await run([...args, "--json"])) as T;
}

describe("sessions of a server", () => {
  it("create, ps, restart and kill", async () => {
    const id = (
      await run(["create", "-l", "team=a b", "-e", "A=1", "--idle-timeout", "never"])
    ).trim();
    expect(id).toMatch(/^[\w-]{22,}$/);
    expect(await run(["exec", "-s", id, "-c", "echo $A; B=2"])).toBe("1\n");
    const [session] = await runJson<readonly object[]>(["ps"]);
    expect(session).toMatchObject({
      id,
      runtime: "bash",
      state: "idle",
      labels: { team: "a b" },
      expiresAt: null,
      executionCount: 1,
    });
    expect(await run(["ps"])).toMatch(
      new RegExp(
        `^ID +RUNTIME +STATE .*\n${id}  bash +idle +\\d+s +\\d+s +[\\d.]+ [KM]iB +1  team=a b\n$`,
      ),
    );
    expect(await run(["ps", "-q"])).toBe(`${id}\n`);
    expect(await run(["restart", id])).toBe(`${id} idle\n`);
    expect(await run(["exec", "-s", id, "-c", 'echo "${B-gone}"'])).toBe("gone\n");
    expect(await run(["kill", id.slice(0, 8)])).toBe(`${id}\n`);
    expect(await run(["ps"])).toContain("no sessions");
    const gone = await holdfast(["kill", id], { env: { HOLDFAST_URL: server.url } });
    expect(gone).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining(id) as unknown,
    });
  });

  it("checkpoint, checkpoints, restore by id and by name, fork, kill --all", async () => {
    await run(["create", "-r", "python", "--id", "demo"]);
    await run(["exec", "-s", "demo", "-c", "x = 1"]);
    const id = (await run(["checkpoint", "demo", "--name", "one"])).trim();
    const [kept] = await runJson<readonly object[]>(["checkpoints", "demo"]);
    expect(kept).toMatchObject({ id, name: "one", sessionId: "demo", runtime: "python" });
    expect(await run(["checkpoints"])).toMatch(
      new RegExp(`^ID .*\n${id}  demo +python 3.* one\n$`),
    );
    for (const checkpoint of [id, "one"]) {
      await run(["exec", "-s", "demo", "-c", "x = 2"]);
      expect(await run(["restore", "demo", checkpoint])).toBe("demo idle\n");
      expect(await run(["exec", "-s", "demo", "-c", "x"])).toBe("1\n");
    }
    const forks = (await run(["fork", "demo", "-n", "2"])).trim().split("\n");
    expect(forks).toHaveLength(2);
    for (const fork of forks) expect(await run(["exec", "-s", fork, "-c", "x"])).toBe("1\n");
    const restored = (await run(["create", "-r", "python", "--restore", id])).trim();
    expect(await run(["exec", "-s", restored, "-c", "x"])).toBe("1\n");
    expect((await run(["kill", "--all"])).split("\n").toSorted()).toEqual(
      ["", "demo", restored, ...forks].toSorted(),
    );
  });

  it("files: put, ls, cat and rm", async () => {
    const folder = mkdtempSync(join(tmpdir(), "command-files-"));
    await run(["create", "--id", "files", "--cwd", folder]);
    const own = join(folder, "own.bin");
    writeFileSync(own, Buffer.from([0, 255, 10]));
    expect(await run(["files", "put", "files", "in/data.csv", "-"], "a,b\n")).toBe(
      "in/data.csv 4 B\n",
    );
    expect(await run(["files", "cat", "files", "in/data.csv"])).toBe("a,b\n");
    expect(await run(["files", "ls", "files"])).toMatch(/ in\/\n +3 B +\d+s +own\.bin\n$/);
    const listed = await runJson<readonly object[]>(["files", "ls", "files", "in"]);
    expect(listed).toMatchObject([{ name: "data.csv", sizeBytes: 4 }]);
    await run(["files", "rm", "files", "-r", "in"]);
    expect(await run(["files", "ls", "files"])).not.toContain("in/");
    await run(["kill", "files"]);
    rmSync(folder, { recursive: true });
  });

  it("interrupt ends what runs, and pool tells of warm workers", async () => {
    await run(["create", "--id", "busy"]);
    const env = { HOLDFAST_URL: server.url };
    const sleeping = holdfast(["exec", "-s", "busy", "-c", "echo begun; sleep 100"], { env });
    const isBusy = async () => (await run(["ps"])).includes("busy  bash     busy");
    while (!(await isBusy()));
    expect(await run(["interrupt", "busy"])).toMatch(/^busy \w+\n$/);
    expect((await sleeping).code).toBe(130);
    expect(await run(["pool"])).toMatch(/^workers .*\n[^]*RUNTIME[^]*bash/);
    expect(await runJson(["pool"])).toHaveProperty("runtimes.bash");
    await run(["kill", "busy"]);
  });
});
